import type { Decision } from './scheduler.ts';

/**
 * Since when tasks are held for a busy worker, until they are given out. Times are milliseconds of the monotonic clock;
 * forgotten at a restart.
 */
export class Holds {
  readonly #holds = new Map<string, { readonly since: number; due: number }>();

  /** Seconds. */
  heldFor(taskId: string, now: number): number {
    const hold = this.#holds.get(taskId);
    return hold === undefined ? 0 : (now - hold.since) / 1000;
  }

  note(taskId: string, decision: Decision, now: number): void {
    if (decision.action !== 'wait') this.#holds.delete(taskId);
    else if (decision.longestHold !== undefined) {
      const { since } = this.#holds.get(taskId) ?? { since: now };
      this.#holds.set(taskId, { since, due: since + decision.longestHold * 1000 });
    }
  }

  /** When the first of them has been held for long enough, and has to be looked at again. */
  nextDue(now: number): number | undefined {
    const due = [...this.#holds.values()].map((hold) => hold.due).filter((each) => each > now);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Nothing is held for `longestMs`: what began long before was cancelled, or ended otherwise. */
  forgetOld(now: number, longestMs: number): void {
    for (const [id, { since }] of this.#holds) if (since < now - 2 * longestMs) this.#holds.delete(id);
  }
}
