import { toDffmpegError } from '../protocol/errors.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import { lookAtClock } from './clockJump.ts';
import { afterDiscard, replacing, replacingRequest } from './replacementChanges.ts';
import type { ReplacementsOptions } from './replacements.ts';
import type { ReplacementPage } from './store.ts';
import type { JobRecord, ReplacementRecord, StoredJob } from './store/records.ts';

export interface DueReplacementsOptions extends ReplacementsOptions {
  /** Of what is to be done at once; may be told more than once of the same. */
  readonly onUnderWay: (stored: StoredJob) => void;
}

const pageSize = 100;
/** A wait is looked at anew so often, milliseconds: a timer holds 24 days, and a wall clock may be set. */
const longestWaitMs = 86_400_000;
/** How far the clock goes before that is written down, milliseconds. */
const clockWriteMs = 3_600_000;

/**
 * Looks for replacements that were left under way, and deletes sources that were kept for long enough: at the start,
 * when the next one is due, and when a worker joined, since only the worker on whose machine the files lie can do it.
 */
export class DueReplacements {
  readonly #options: DueReplacementsOptions;
  readonly #ended = new AbortController();
  #looking: Promise<void> | undefined;
  #again = false;
  #alarm: { at: number; stop: () => void } | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: DueReplacementsOptions) {
    this.#options = options;
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    this.#stopListening = this.#options.fleet.joined.on(() => {
      this.#look();
    });
    this.#look();
    await this.#looking;
  }

  /** A source that was replaced is looked at when it has been kept long enough. */
  expect({ job: { replacement } }: StoredJob): void {
    // At once, too: by which clock it is kept is to be known.
    if (replacement?.state === 'replaced' && replacement.keptUntil !== undefined) this.#look();
  }

  async close(): Promise<void> {
    this.#ended.abort();
    this.#stopListening?.();
    this.#alarm?.stop();
    await this.#looking;
  }

  /** May be called any number of times: what comes during a look leads to one more. */
  #look(): void {
    if (this.#ended.signal.aborted) return;
    this.#again = true;
    this.#looking ??= this.#looks();
  }

  async #looks(): Promise<void> {
    const { clock, settings, onError } = this.#options;
    while (this.#again && !this.#ended.signal.aborted) {
      this.#again = false;
      // What is expected while it looks sets one of its own.
      this.#alarm?.stop();
      this.#alarm = undefined;
      let next = clock() + settings.retryMaxMs;
      try {
        next = (await this.#lookOnce()) ?? next;
      } catch (error) {
        if (!this.#ended.signal.aborted) onError(toDffmpegError(error));
      }
      this.#wakeAt(next);
    }
    // In the same turn as the last look at `#again`: a call after it begins a look of its own.
    this.#looking = undefined;
  }

  /** When to look again; undefined where something failed that may go well soon. */
  async #lookOnce(): Promise<number | undefined> {
    const { book, clock, onUnderWay } = this.#options;
    for await (const stored of this.#due({ from: 0, until: 0 })) onUnderWay(stored);
    const now = clock();
    const doubtedUntil = await this.#doubtedUntil(now);
    if (now < doubtedUntil) return Math.min(doubtedUntil, now + longestWaitMs);
    let complete = true;
    for await (const stored of this.#due({ from: 1, until: now }))
      complete = (await this.#discard(stored)) && complete;
    const next = await book.store.nextReplacement(now);
    return complete ? (next ?? now + longestWaitMs) : undefined;
  }

  /** Until when nothing is deleted for its age, since the clock may be wrong. */
  async #doubtedUntil(now: number): Promise<number> {
    const { book, settings } = this.#options;
    if (settings.clockDoubtMs === 0) return 0;
    const seen = await book.store.clockSeen();
    const { clockDoubtMs: doubtMs, keepReplacedMs: keepMs } = settings;
    const next = lookAtClock(seen, now, { doubtMs, keepMs });
    // Workers come and go: not each time.
    if (!seen || next.doubtedUntil !== seen.doubtedUntil || Math.abs(next.at - seen.at) > clockWriteMs)
      await book.store.keepClockSeen(next);
    return next.doubtedUntil;
  }

  /** A page behind the other, so that what cannot be done now is passed by. */
  async *#due(which: Pick<ReplacementPage, 'from' | 'until'>): AsyncGenerator<StoredJob> {
    let after: ReplacementPage['after'];
    do {
      const { jobs, next } = await this.#options.book.store.replacementsDue({
        ...which,
        limit: pageSize,
        after,
      });
      for (const stored of jobs) {
        if (this.#ended.signal.aborted) return;
        yield stored;
      }
      after = next;
    } while (after);
  }

  /** Whether there is no use in trying it again soon. */
  async #discard({ job }: StoredJob): Promise<boolean> {
    const { fleet, sourceUse, onError } = this.#options;
    const { replacement } = job;
    const worker = replacement && fleet.get(replacement.workerId);
    // Where the worker is away, its return leads to another look.
    if (!worker || replacement.state !== 'replaced') return true;
    const { aside = '' } = replacement;
    try {
      return await sourceUse.taking(aside, job.id, async () => {
        // Somebody may be encoding what lies aside: it is looked at again.
        const { file } = job.sources[0] ?? {};
        if (await sourceUse.reader({ path: aside, file }, job.id)) return false;
        await this.#discardBy(worker, job, replacement);
        return true;
      });
    } catch (thrown) {
      const error = toDffmpegError(thrown);
      if (!this.#ended.signal.aborted) onError(error);
      return error.class !== 'transient';
    }
  }

  async #discardBy(worker: ConnectedWorker, job: JobRecord, replacement: ReplacementRecord): Promise<void> {
    const request = replacingRequest(job, replacement);
    const { signal } = this.#ended;
    const { outcome } = await worker.peer.request('source.discard', request, { signal });
    await this.#options.book.change(job.id, (now) => {
      const { replacement: latest } = now.job;
      return latest?.state === 'replaced'
        ? replacing(now.job, afterDiscard(latest, outcome, request))
        : undefined;
    });
  }

  #wakeAt(due: number): void {
    const { clock, timers } = this.#options;
    const now = clock();
    const at = Math.min(due, now + longestWaitMs);
    if (this.#ended.signal.aborted || (this.#alarm && this.#alarm.at <= at)) return;
    this.#alarm?.stop();
    const stop = timers.after(Math.max(0, at - now), () => {
      this.#alarm = undefined;
      this.#look();
    });
    this.#alarm = { at, stop };
  }
}
