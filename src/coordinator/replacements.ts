import { DffmpegError, toDffmpegError, type ErrorCode, type ErrorData } from '../protocol/errors.ts';
import { placedOutputs } from '../protocol/jobResults.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { Timers } from '../protocol/timers.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import { DueReplacements } from './dueReplacements.ts';
import { Emitter } from './emitter.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import { Pauses, type Listen } from './pauses.ts';
import { locateAside, stillAside } from './locateAside.ts';
import {
  afterFailure,
  afterReplacing,
  afterRestoring,
  replacing,
  replacingRequest,
} from './replacementChanges.ts';
import { backOff, type QueueSettings } from './queueSettings.ts';
import type { SourceNames } from './sourceNames.ts';
import type { SourceUse } from './sourceUse.ts';
import type { ReplacementRecord, StoredJob } from './store/records.ts';
import { waitsForReader } from './waitReasons.ts';

export interface ReplacementsOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly sourceUse: SourceUse;
  readonly settings: QueueSettings;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onError: (error: DffmpegError) => void;
}

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
  readonly #due: DueReplacements;
  readonly #pauses: Pauses;
  /** The id of each job that has ended. */
  readonly #jobEnded = new Emitter<string>();
  /** Of replacements and undoings that have to wait, and why. */
  readonly #waits = new Emitter<{ readonly id: string; readonly error: DffmpegError }>();
  /** Ids of jobs whose replacement is under way, and is to be undone instead. */
  readonly #calledOff = new Set<string>();
  /** The id of each job that a person asks to be looked at now. */
  readonly #wake = new Emitter<string>();

  constructor(options: ReplacementsOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.timers, this.#ended.signal);
    this.#due = new DueReplacements({
      ...options,
      onUnderWay: (stored) => {
        this.#begin(stored);
      },
    });
  }

  /** Goes on with what an earlier daemon left, and deletes what was kept for long enough. */
  start(): Promise<void> {
    return this.#due.start();
  }

  /** Of every change: begins what is to be done, also what waited for this job. */
  changed(stored: StoredJob): void {
    this.#begin(stored);
    if (isEnded(stored.job.state)) this.#jobEnded.emit(stored.job.id);
  }

  get pending(): number {
    return this.#working.size;
  }

  /** Answers when it is done. Throws `conflict` where there is nothing to replace, else what stood in the way. */
  async replace(id: string): Promise<StoredJob> {
    await this.#options.book.change(id, async ({ job }) => {
      const { replacement } = job;
      if (job.onSuccess === 'keep' || !replacement)
        throw new DffmpegError('conflict', `Job ${id} has no result that is to replace its source.`, {
          hint: 'Encode the source with “--on-success replace”.',
        });
      switch (replacement.state) {
        case 'held':
        case 'undone':
          await this.#refuseWhileRead(job.sources[0], id, 'Replace it');
          return replacing(job, { ...replacement, state: 'replacing', reason: undefined });
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

  /** As above. One that is under way, and waits for something, is called off. */
  async undo(id: string): Promise<StoredJob> {
    await this.#options.book.change(id, async ({ job }) => {
      const { replacement } = job;
      switch (replacement?.state) {
        case 'replacing':
          this.#calledOff.add(id);
          return undefined;
        case 'replaced':
          for (const path of [placedOutputs(job)[0]?.path, replacement.aside])
            await this.#refuseWhileRead(path === undefined ? undefined : { path }, id, 'Undo it');
          return replacing(job, { ...replacement, state: 'undoing', reason: undefined });
        case 'undoing':
          return undefined;
        case 'undone': {
          const aside = await stillAside(
            () => this.#worker(replacement),
            job,
            replacement,
            this.#untilClosed,
          );
          if (aside === undefined) return undefined;
          return replacing(job, { ...replacement, aside, state: 'undoing', reason: undefined });
        }
        case 'expired':
          throw new DffmpegError(
            'conflict',
            `The source of job ${id} was kept aside long enough, and is deleted.`,
            {
              hint: 'The setting “keepReplacedDays” says how long it is kept.',
            },
          );
        case 'held':
        case 'refused': {
          const aside = await locateAside(this.#worker(replacement), job, replacement, this.#untilClosed);
          await this.#refuseWhileRead({ path: aside }, id, 'Undo it');
          return replacing(job, { ...replacement, aside, state: 'undoing', reason: undefined });
        }
        case undefined:
          throw new DffmpegError('conflict', `Job ${id} has replaced nothing, as far as the queue knows.`, {
            hint: `Its source should lie where it was. If the state folder was put back from a backup, look beside it in .dffmpeg-replaced/${id}, too.`,
          });
      }
    });
    return this.#outcome(id, 'undone');
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await Promise.allSettled([this.#due.close(), ...this.#working.values()]);
  }

  async #outcome(id: string, wanted: ReplacementRecord['state']): Promise<StoredJob> {
    const stored = (await this.#endOf(id)) ?? (await this.#options.book.get(id));
    const { replacement } = stored.job;
    if (replacement?.state !== wanted && replacement?.reason) throw DffmpegError.from(replacement.reason);
    return stored;
  }

  /** Throws why it waits as soon as it does: whoever asked shall know, and it goes on without them. */
  async #endOf(id: string): Promise<StoredJob | undefined> {
    const waits = Promise.withResolvers<never>();
    const stop = this.#waits.on((waiting) => {
      if (waiting.id === id) waits.reject(waiting.error);
    });
    this.#wake.emit(id);
    try {
      return await Promise.race([this.#working.get(id), waits.promise]);
    } finally {
      stop();
    }
  }

  #begin({ job }: StoredJob): void {
    const state = job.replacement?.state;
    if (state !== 'replacing' && state !== 'undoing') return;
    if (this.#working.has(job.id) || this.#ended.signal.aborted) return;
    const work = this.#work(job.id).finally(() => {
      this.#working.delete(job.id);
      this.#calledOff.delete(job.id);
    });
    this.#working.set(job.id, work);
    work.catch((error: unknown) => {
      if (!this.#ended.signal.aborted) this.#options.onError(toDffmpegError(error));
    });
  }

  /** Until it is done or refused; what may pass (a worker or the store that is away) is tried again. */
  async #work(id: string): Promise<StoredJob> {
    const { settings } = this.#options;
    let refusal: DffmpegError | undefined;
    for (let failures = 0; ;) {
      try {
        if (this.#calledOff.delete(id)) await this.#turnBack(id);
        const reader = refusal ? undefined : await this.#waitsFor(id);
        if (reader !== undefined) await this.#untilEnded(reader, id);
        if (this.#calledOff.has(id)) continue;
        const stored = await (refusal ? this.#failed(id, refusal) : this.#proceed(id));
        if (!stored || this.#isCalledOff(stored)) continue;
        this.#due.expect(stored);
        return stored;
      } catch (thrown) {
        const error = toDffmpegError(thrown);
        if (this.#ended.signal.aborted) throw error;
        if (error.class === 'transient') {
          failures += 1;
          // What cannot be written now is said after the next try.
          if (waitsForAPerson.has(error.code)) await this.#say(id, error.toData()).catch(() => undefined);
          if (error.code !== 'store-unavailable') this.#waits.emit({ id, error });
          const joined: Listen = (end) => this.#options.fleet.joined.on(end);
          await this.#pauses.pause(backOff(settings, failures), joined, this.#woken(id));
        } else if (refusal) throw error;
        else refusal = error;
      }
    }
  }

  /** Who reads the source shall have it: the job that it waits for, which is said once. */
  async #waitsFor(id: string): Promise<string | undefined> {
    const { book, sourceUse } = this.#options;
    const { job } = await book.get(id);
    const [source] = job.sources;
    if (job.replacement?.state !== 'replacing' || source === undefined) return undefined;
    const reader = await sourceUse.reader(source, id);
    if (!reader) return undefined;
    const reason = waitsForReader(source.path, reader);
    await this.#say(id, reason);
    this.#waits.emit({ id, error: DffmpegError.from(reason) });
    return reader.id;
  }

  async #say(id: string, reason: ErrorData): Promise<void> {
    await this.#options.book.change(id, ({ job }) =>
      (job.replacement?.state === 'replacing' || job.replacement?.state === 'undoing') &&
      job.replacement.reason?.message !== reason.message
        ? replacing(job, { ...job.replacement, reason })
        : undefined,
    );
  }

  /** Or for the longest pause: its end may have come before anybody listened. */
  async #untilEnded(readerId: string, id: string): Promise<void> {
    const ended: Listen = (end) =>
      this.#jobEnded.on((other) => {
        if (other === readerId) end();
      });
    await this.#pauses.pause(this.#options.settings.retryMaxMs, ended, this.#woken(id));
  }

  #woken(id: string): Listen {
    return (end) =>
      this.#wake.on((woken) => {
        if (woken === id) end();
      });
  }

  /** It had come to its end before that was heard. */
  #isCalledOff({ job: { id, replacement } }: StoredJob): boolean {
    return this.#calledOff.has(id) && replacement?.state === 'replaced';
  }

  /** Whatever has been done of it is undone: the source may lie aside already. */
  async #turnBack(id: string): Promise<void> {
    await this.#options.book.change(id, ({ job }) =>
      job.replacement?.state === 'replacing' || job.replacement?.state === 'replaced'
        ? replacing(job, { ...job.replacement, state: 'undoing', reason: undefined })
        : undefined,
    );
  }

  async #refuseWhileRead(file: SourceNames | undefined, id: string, what: string): Promise<void> {
    const reader = file && (await this.#options.sourceUse.reader(file, id));
    if (reader)
      throw new DffmpegError('conflict', `Job ${reader.id} (${reader.preset}) still reads ${file.path}.`, {
        hint: `${what} when that job has ended, or cancel it: dffmpeg job cancel ${reader.id}`,
      });
  }

  /** Undefined where it has to wait for somebody who reads the source. */
  async #proceed(id: string): Promise<StoredJob | undefined> {
    const stored = await this.#options.book.get(id);
    const { replacement } = stored.job;
    if (replacement?.state === 'replacing')
      return this.#options.sourceUse.taking(stored.job.sources[0]?.path ?? '', id, async () => {
        // Somebody may have submitted a job of it since it was looked at.
        const reader = await this.#waitsFor(id);
        return reader === undefined ? this.#replace(stored, replacement) : undefined;
      });
    return replacement?.state === 'undoing' ? this.#restore(stored, replacement) : stored;
  }

  async #replace(stored: StoredJob, replacement: ReplacementRecord): Promise<StoredJob> {
    const { book, clock, settings } = this.#options;
    const replaced = await this.#worker(replacement).peer.request(
      'source.replace',
      replacingRequest(stored.job, replacement),
      this.#untilClosed,
    );
    const keptUntil = clock() + settings.keepReplacedMs;
    return book.change(stored.job.id, ({ job }) => afterReplacing(job, replaced, keptUntil));
  }

  async #restore(stored: StoredJob, replacement: ReplacementRecord): Promise<StoredJob> {
    const restored = await this.#worker(replacement).peer.request(
      'source.restore',
      { ...replacingRequest(stored.job, replacement), home: replacement.home },
      this.#untilClosed,
    );
    return this.#options.book.change(stored.job.id, ({ job }) => afterRestoring(job, restored));
  }

  #failed(id: string, error: DffmpegError): Promise<StoredJob> {
    return this.#options.book.change(id, ({ job }) => afterFailure(job, error.toData()));
  }

  #worker({ workerId }: ReplacementRecord): ConnectedWorker {
    const worker = this.#options.fleet.get(workerId);
    if (worker) return worker;
    throw new DffmpegError('worker-lost', 'The worker on whose machine the files lie is not connected.', {
      hint: 'It goes on when that worker is back.',
    });
  }
}

/** Said with the job: somebody has to do something before it goes on. */
const waitsForAPerson = new Set<ErrorCode>(['disconnected', 'source-in-use']);
