import type { Timers } from '../protocol/timers.ts';

/**
 * Clients by the session they named: an attached job lives as long as its session, which survives a short
 * reconnection.
 */
export class Sessions {
  readonly #graceMs: number;
  readonly #timers: Timers;
  readonly #onGone: (sessionId: string) => void;
  readonly #connections = new Map<string, number>();
  readonly #timersBySession = new Map<string, () => void>();

  constructor(options: { graceMs: number; timers: Timers; onGone: (sessionId: string) => void }) {
    this.#graceMs = options.graceMs;
    this.#timers = options.timers;
    this.#onGone = options.onGone;
  }

  opened(sessionId: string): void {
    this.#stopTimer(sessionId);
    this.#connections.set(sessionId, (this.#connections.get(sessionId) ?? 0) + 1);
  }

  closed(sessionId: string): void {
    const left = (this.#connections.get(sessionId) ?? 1) - 1;
    if (left > 0) this.#connections.set(sessionId, left);
    else {
      this.#connections.delete(sessionId);
      this.expect(sessionId);
    }
  }

  /** Gone for good unless it opens within the grace. */
  expect(sessionId: string): void {
    if (this.#connections.has(sessionId) || this.#timersBySession.has(sessionId)) return;
    const stop = this.#timers.after(this.#graceMs, () => {
      this.#timersBySession.delete(sessionId);
      this.#onGone(sessionId);
    });
    this.#timersBySession.set(sessionId, stop);
  }

  close(): void {
    for (const sessionId of [...this.#timersBySession.keys()]) this.#stopTimer(sessionId);
  }

  #stopTimer(sessionId: string): void {
    this.#timersBySession.get(sessionId)?.();
    this.#timersBySession.delete(sessionId);
  }
}
