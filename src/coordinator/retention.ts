import { setTimeout as delay } from 'node:timers/promises';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { Timers } from '../protocol/timers.ts';
import type { Clock } from './ids.ts';
import { idsFrom } from './ids.ts';
import type { JobLogs } from './jobLog.ts';
import type { RetentionLimits } from './queueSettings.ts';
import type { EndedPage, Store } from './store.ts';
import type { JobRecord } from './store/records.ts';
import type { MadePage } from './watchStore.ts';

export interface RetentionOptions {
  readonly store: Store;
  readonly logs: Pick<JobLogs, 'remove'>;
  readonly limits: RetentionLimits;
  /** Between two looks, milliseconds. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  /** After some were removed: who follows the changes hears of it. */
  readonly onRemoved: () => void;
  readonly onError: (error: DffmpegError) => void;
}

/** Jobs, or results, of one transaction: bounds how long others wait for the store. */
const atOnce = 100;
/** After each it rests so many times as long as that took, so that what is submitted meanwhile hardly waits. */
const restFactor = 4;

/**
 * Removes finished jobs that are too old or too many, with their logs, and then forgets what those made; in small steps,
 * looks now and then.
 */
export class Retention {
  readonly #options: RetentionOptions;
  #limits: RetentionLimits;
  #stopTimer: (() => void) | undefined;
  #running: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#wait();
  }

  /** Takes effect at once. */
  setLimits(limits: RetentionLimits): void {
    this.#limits = limits;
    this.run();
  }

  /** Looks now. */
  run(): void {
    if (this.#closed) return;
    this.#stopTimer?.();
    this.#running = (this.#running ?? Promise.resolve())
      .then(() => this.#remove())
      .catch((error: unknown) => {
        this.#options.onError(toDffmpegError(error));
      })
      .then(() => {
        this.#wait();
      });
  }

  /** Resolves when the look that is under way is over. */
  async idle(): Promise<void> {
    await this.#running;
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopTimer?.();
    await this.#running;
  }

  #wait(): void {
    this.#stopTimer?.();
    if (!this.#closed)
      this.#stopTimer = this.#options.timers.after(this.#options.intervalMs, () => this.run());
  }

  async #remove(): Promise<void> {
    const { store, clock } = this.#options;
    const { keepJobsMs, keepJobs } = this.#limits;
    if (keepJobsMs > 0) await this.#removeOldest({ before: clock() - keepJobsMs }, Number.POSITIVE_INFINITY);
    const { done, failed, cancelled } = await store.counts();
    await this.#removeOldest({}, done + failed + cancelled - keepJobs);
    await this.#forgetResults();
  }

  /** What was made by jobs that are gone. */
  async #forgetResults(): Promise<void> {
    const { store, clock } = this.#options;
    const { keepResultsMs = 0 } = this.#limits;
    if (keepResultsMs === 0) return;
    const before = idsFrom(clock() - keepResultsMs);
    let after: MadePage['after'];
    do {
      const begun = performance.now();
      ({ next: after } = await store.forgetMade({ before, limit: atOnce, after }));
      await this.#rest(performance.now() - begun);
    } while (after && !this.#closed);
  }

  async #removeOldest(which: Pick<EndedPage, 'before'>, count: number): Promise<void> {
    const { store, onRemoved } = this.#options;
    let after: EndedPage['after'];
    for (let left = count; left > 0 && !this.#closed;) {
      const begun = performance.now();
      const limit = Math.min(atOnce, left);
      const page = await store.ended({ ...which, limit, after });
      const last = page.at(-1);
      if (last?.endedAt === undefined) return;
      after = { id: last.id, endedAt: last.endedAt };
      const removed = await store.remove(page.filter(mayBeRemoved));
      // Also those that may not go, or the latest would go in their stead.
      left -= page.length;
      if (removed.length > 0) onRemoved();
      for (const id of removed) await this.#removeLog(id);
      await this.#rest(performance.now() - begun);
    }
  }

  async #rest(workedMs: number): Promise<void> {
    const { signal } = this.#closing;
    await delay(workedMs * restFactor, undefined, { signal }).catch(() => undefined);
  }

  async #removeLog(id: string): Promise<void> {
    const { logs, onError } = this.#options;
    try {
      await logs.remove(id);
    } catch (error) {
      onError(toDffmpegError(error));
    }
  }
}

/**
 * Whether nobody needs the job any more but to read of it. What can still be undone is kept, however old it is; what
 * says that a file is a result in the place of its source; what a hook is still to be told of; and what a client of a fleet has not
 * heard the end of, which would have it encoded anew.
 */
export function mayBeRemoved({
  state,
  replacement,
  hooks = [],
  owedTo,
}: Pick<JobRecord, 'state' | 'replacement' | 'hooks' | 'owedTo'>): boolean {
  if (!isEnded(state) || owedTo !== undefined || hooks.some((hook) => hook.state === 'waiting')) return false;
  return replacement === undefined || removable.has(replacement.state);
}

const removable = new Set<NonNullable<JobRecord['replacement']>['state']>(['held', 'refused', 'undone']);
