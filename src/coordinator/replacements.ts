import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import * as changes from './jobChanges.ts';
import { backOff, type QueueSettings } from './queueSettings.ts';
import type { ReplacementRecord, StoredJob } from './store/records.ts';

export interface ReplacementsOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly settings: QueueSettings;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onError: (error: DffmpegError) => void;
}

const pageSize = 100;
/** A wait is looked at anew so often, milliseconds: a timer holds 24 days, and a wall clock may be set. */
const longestWaitMs = 86_400_000;

/**
 * Results that take the place of their source. What is to be done is stored with the job before it is begun, and the
 * worker goes on where an earlier call was cut off: so a kill at any step leaves both files, and the next start ends it.
 */
export class Replacements {
  readonly #options: ReplacementsOptions;
  /** Under way, by job. */
  readonly #working = new Map<string, Promise<StoredJob>>();
  readonly #ended = new AbortController();
  readonly #untilClosed = { signal: this.#ended.signal };
  #stopAlarm: (() => void) | undefined;

  constructor(options: ReplacementsOptions) {
    this.#options = options;
  }

  /** Goes on with what an earlier daemon left, and deletes what was kept for long enough. */
  async start(): Promise<void> {
    const { book, clock, timers } = this.#options;
    this.#stopAlarm?.();
    const now = clock();
    const { jobs, next } = await book.store.replacementsDue(now, pageSize);
    const expired = jobs.filter((stored) => !this.#begin(stored));
    for (const stored of expired) await this.#discard(stored);
    if (this.#ended.signal.aborted) return;
    const more = jobs.length === pageSize && expired.length > 0;
    const wait = more ? 0 : Math.min(longestWaitMs, next === undefined ? longestWaitMs : next - now);
    this.#stopAlarm = timers.after(wait, () => {
      this.start().catch((error: unknown) => {
        this.#options.onError(toDffmpegError(error));
      });
    });
  }

  /** Of every change: begins what is to be done. */
  changed(stored: StoredJob): void {
    this.#begin(stored);
  }

  get pending(): number {
    return this.#working.size;
  }

  /** Answers when it is done. Throws `conflict` where there is nothing to replace, else what stood in the way. */
  async replace(id: string): Promise<StoredJob> {
    await this.#options.book.change(id, ({ job }) => {
      const { replacement } = job;
      if (job.onSuccess === 'keep' || !replacement)
        throw new DffmpegError('conflict', `Job ${id} has no result that is to replace its source.`, {
          hint: 'Encode the source with “--on-success replace”.',
        });
      switch (replacement.state) {
        case 'held':
        case 'undone':
          return changes.replacing(job, { ...replacement, state: 'replacing', reason: undefined });
        case 'refused':
          throw DffmpegError.from(replacement.reason ?? { code: 'conflict', message: 'It was refused.' });
        case 'expired':
        case 'replaced':
        case 'replacing':
          return undefined;
        case 'undoing':
          throw new DffmpegError('conflict', `Job ${id} is just being undone.`);
      }
    });
    return this.#outcome(id, 'replaced');
  }

  /** As above. */
  async undo(id: string): Promise<StoredJob> {
    await this.#options.book.change(id, ({ job }) => {
      const { replacement } = job;
      switch (replacement?.state) {
        case 'replaced':
          return changes.replacing(job, { ...replacement, state: 'undoing', reason: undefined });
        case 'undoing':
        case 'undone':
          return undefined;
        case 'expired':
          throw new DffmpegError(
            'conflict',
            `The source of job ${id} was kept aside long enough, and is deleted.`,
            {
              hint: 'The setting “keepReplacedDays” says how long it is kept.',
            },
          );
        case 'held':
        case 'refused':
        case 'replacing':
        case undefined:
          throw new DffmpegError('conflict', `Job ${id} has replaced nothing: its source lies where it was.`);
      }
    });
    return this.#outcome(id, 'undone');
  }

  async close(): Promise<void> {
    this.#ended.abort();
    this.#stopAlarm?.();
    await Promise.allSettled(this.#working.values());
  }

  async #outcome(id: string, wanted: ReplacementRecord['state']): Promise<StoredJob> {
    const stored = (await this.#working.get(id)) ?? (await this.#options.book.get(id));
    const { replacement } = stored.job;
    if (replacement?.state !== wanted && replacement?.reason) throw DffmpegError.from(replacement.reason);
    return stored;
  }

  /** Whether there is something to do but to wait. */
  #begin({ job }: StoredJob): boolean {
    const state = job.replacement?.state;
    if (state !== 'replacing' && state !== 'undoing') return false;
    if (this.#working.has(job.id) || this.#ended.signal.aborted) return true;
    const work = this.#work(job.id).finally(() => this.#working.delete(job.id));
    this.#working.set(job.id, work);
    work.catch((error: unknown) => {
      if (!this.#ended.signal.aborted) this.#options.onError(toDffmpegError(error));
    });
    return true;
  }

  /** Until it is done or refused; what may pass (a worker that is away) is tried again. */
  async #work(id: string): Promise<StoredJob> {
    const { book, settings } = this.#options;
    for (let failures = 0; ;) {
      const stored = await book.get(id);
      const { replacement } = stored.job;
      if (replacement?.state !== 'replacing' && replacement?.state !== 'undoing') return stored;
      try {
        return await (replacement.state === 'replacing'
          ? this.#replace(stored, replacement)
          : this.#restore(stored, replacement));
      } catch (thrown) {
        const error = toDffmpegError(thrown);
        if (this.#ended.signal.aborted) throw error;
        if (error.class !== 'transient') return this.#failed(id, error);
        failures += 1;
        await this.#pause(backOff(settings, failures));
      }
    }
  }

  async #replace(stored: StoredJob, replacement: ReplacementRecord): Promise<StoredJob> {
    const { book, clock, settings } = this.#options;
    const { aside, ...result } = await this.#worker(replacement).peer.request(
      'source.replace',
      changes.replacingRequest(stored.job, replacement),
      this.#untilClosed,
    );
    const keptUntil = clock() + settings.keepReplacedMs;
    const after = await book.change(stored.job.id, ({ job }) =>
      job.replacement?.state === 'replacing'
        ? changes.replacing(job, { ...job.replacement, state: 'replaced', result, aside, keptUntil }, result)
        : undefined,
    );
    await this.start();
    return after;
  }

  async #restore(stored: StoredJob, replacement: ReplacementRecord): Promise<StoredJob> {
    const { result } = await this.#worker(replacement).peer.request(
      'source.restore',
      { ...changes.replacingRequest(stored.job, replacement), home: replacement.home },
      this.#untilClosed,
    );
    return this.#options.book.change(stored.job.id, ({ job }) =>
      job.replacement?.state === 'undoing'
        ? changes.replacing(
            job,
            {
              ...job.replacement,
              state: 'undone',
              result: result ?? job.replacement.result,
              aside: undefined,
              keptUntil: undefined,
            },
            result,
          )
        : undefined,
    );
  }

  async #discard({ job }: StoredJob): Promise<void> {
    const { replacement } = job;
    if (replacement?.state !== 'replaced') return;
    try {
      const { source } = changes.replacingRequest(job, replacement);
      await this.#worker(replacement).peer.request(
        'source.discard',
        { jobId: job.id, source },
        this.#untilClosed,
      );
      await this.#options.book.change(job.id, (now) =>
        now.job.replacement?.state === 'replaced'
          ? changes.replacing(now.job, { ...now.job.replacement, state: 'expired', aside: undefined })
          : undefined,
      );
    } catch (error) {
      // The worker is away: the next look tries again.
      if (!this.#ended.signal.aborted) this.#options.onError(toDffmpegError(error));
    }
  }

  /** Both files lie where they lay before it was tried. */
  #failed(id: string, error: DffmpegError): Promise<StoredJob> {
    return this.#options.book.change(id, ({ job }) => {
      const { replacement } = job;
      if (replacement?.state !== 'replacing' && replacement?.state !== 'undoing') return undefined;
      const state = replacement.state === 'replacing' ? 'held' : 'replaced';
      return changes.replacing(job, { ...replacement, state, reason: error.toData() });
    });
  }

  #worker({ workerId }: ReplacementRecord): ConnectedWorker {
    const worker = this.#options.fleet.get(workerId);
    if (worker) return worker;
    throw new DffmpegError('worker-lost', 'The worker on whose machine the files lie is not connected.', {
      hint: 'It goes on when that worker is back.',
    });
  }

  /** Ends sooner when a worker comes. */
  async #pause(ms: number): Promise<void> {
    const { fleet, timers } = this.#options;
    const { signal } = this.#ended;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        stopTimer();
        stopListening();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const stopTimer = timers.after(ms, end);
      const stopListening = fleet.changed.on((what) => {
        if (what === 'worker') end();
      });
      signal.addEventListener('abort', end);
    });
    signal.throwIfAborted();
  }
}
