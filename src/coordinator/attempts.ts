import { outputsOf } from '../encoding/presetOutputs.ts';
import { DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import type { TaskReport } from '../protocol/tasks.ts';
import type { ConnectedWorker, RunningAttempt } from './connectedWorker.ts';
import type { Clock, Random } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import { start } from './attemptCommands.ts';
import * as endings from './attemptEndings.ts';
import { changeOutput } from './changeOutput.ts';
import { isDiskTrouble } from './failurePolicy.ts';
import * as changes from './jobChanges.ts';
import type { JobChange } from './jobChanges.ts';
import { freeName, outputNaming, reservationOf } from './outputNames.ts';
import { planOutputs, reservationsOf } from './planner.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { SourceUse } from './sourceUse.ts';
import type { AttemptKey, AttemptRecord, Placement, StoredJob } from './store/records.ts';
import { waitsForTurn } from './waitReasons.ts';

export interface AttemptsOptions {
  readonly book: JobBook;
  readonly clock: Clock;
  readonly settings: QueueSettings;
  readonly platform: string;
  /** For waits that differ by chance. */
  readonly random: Random;
  readonly sourceUse: SourceUse;
  /** An encode has reached its end. */
  readonly onSucceeded?: (worker: ConnectedWorker, attempt: RunningAttempt) => void;
}

/** What becomes of attempts by what their workers say, and by what they do not say any more. */
export class Attempts {
  readonly #book: JobBook;
  readonly #clock: Clock;
  readonly #settings: QueueSettings;
  readonly #platform: string;
  readonly #random: Random;
  readonly #onSucceeded: AttemptsOptions['onSucceeded'];
  readonly #sourceUse: SourceUse;

  constructor(options: AttemptsOptions) {
    this.#book = options.book;
    this.#clock = options.clock;
    this.#settings = options.settings;
    this.#platform = options.platform;
    this.#random = options.random;
    this.#onSucceeded = options.onSucceeded;
    this.#sourceUse = options.sourceUse;
  }

  /** Stores a report. A repeat or a late one is no error; one of a superseded attempt is `fence-void`. */
  async report(worker: ConnectedWorker, key: AttemptKey, report: TaskReport): Promise<void> {
    // Others have the card, whatever was counted here: it is as if it had not taken the offer.
    if (report.type === 'failed' && report.error.code === 'slots-busy') {
      await this.require(worker, key);
      await this.declined(jobIdOf(key), key, report.error);
      worker.release(key);
      return;
    }
    try {
      const after = await this.#book.change(jobIdOf(key), async (stored) => {
        const attempt = attemptOf(stored, key, worker.id);
        if (attempt.state !== 'running') return undefined;
        return this.#changeBy(stored, attempt, await this.#explained(stored, report));
      });
      const isOver = this.#settle(worker, key, after);
      if (!isOver && report.type === 'waiting' && isLastPlanned(after)) worker.rests(key);
    } catch (error) {
      if (error instanceof DffmpegError && error.code === 'fence-void') worker.release(key);
      throw error;
    }
    if (report.type === 'probed') await this.plan(jobIdOf(key));
  }

  /** Gives the slot up where the attempt has ended, which is what it returns. */
  #settle(worker: ConnectedWorker, key: AttemptKey, after: StoredJob): boolean {
    const { state } = attemptOf(after, key, worker.id);
    const ended = state === 'succeeded' && this.#onSucceeded ? worker.attempt(key) : undefined;
    if (ended) this.#onSucceeded?.(worker, ended);
    if (state !== 'running') worker.release(key);
    return state !== 'running';
  }

  /** Gives its slot up where it has ended, by what another connection of that worker has told. */
  async releaseEnded(worker: ConnectedWorker, key: AttemptKey): Promise<void> {
    if (!worker.attempt(key)) return;
    const { state } = attemptOf(await this.#book.get(jobIdOf(key)), key, worker.id);
    if (state !== 'running') worker.release(key);
  }

  /** The job of an attempt that runs there. Throws `fence-void` where it does not count any more. */
  async require(worker: ConnectedWorker, key: AttemptKey): Promise<StoredJob> {
    const stored = await this.#book.get(jobIdOf(key));
    attemptOf(stored, key, worker.id);
    return stored;
  }

  /** Decides what is made of the source, reserves the names, and puts the job into the queue. */
  async plan(jobId: string): Promise<void> {
    await this.#book.change(jobId, async (stored) => {
      if (stored.job.state !== 'planned') return undefined;
      try {
        await this.#requireReplacing(stored);
        const reserved = (names: readonly string[]) => this.#book.store.reserved(names, jobId);
        const outputs = await planOutputs(stored.job, this.#platform, reserved);
        const job = { ...stored.job, sources: await this.#sourceUse.withOrigins(stored.job) };
        const named = reservationsOf(outputs, this.#platform);
        return changes.enqueue({ ...stored, job }, outputs, named, waitsForTurn);
      } catch (error) {
        if (!(error instanceof DffmpegError) || error.class === 'transient') throw error;
        return { event: { type: 'failed', reason: error.toData() } };
      }
    });
  }

  /** Answers where the result may be placed, after that is on the disk. `placer`: the worker that has it and will do so. */
  async commit(
    worker: ConnectedWorker,
    key: AttemptKey,
    request: Pick<Placement, 'output' | 'staged' | 'identity' | 'content' | 'bytes' | 'verdict' | 'source'>,
    taken: string | undefined,
    placer: string = worker.id,
  ): Promise<string> {
    if (request.verdict.level === 'fail')
      throw new DffmpegError('request-invalid', 'A result that failed its verdict is not placed.');
    const { job } = await this.#book.change(jobIdOf(key), async (stored) => {
      const attempt = attemptOf(stored, key, worker.id);
      if (attempt.state !== 'running') throw fenceVoid(stored.job.id);
      const { placement, state, cancelling } = stored.job;
      if (cancelling && state !== 'committing')
        throw new DffmpegError('cancelled', `Job ${stored.job.id} is being cancelled.`);
      requirePlanned(stored, request.output);
      // A repeat, because the answer was lost.
      if (placement?.fence === key.fence && placement.path !== taken) return undefined;
      return this.#grant(stored, { ...key, ...request, workerId: placer }, taken);
    });
    if (job.placement) return job.placement.path;
    throw new DffmpegError('internal', `Job ${job.id} was granted no name.`);
  }

  /** The machine whose files these are has given the result its name. */
  async handedOver(
    worker: ConnectedWorker,
    key: AttemptKey,
    placed: Pick<Placement, 'output' | 'path' | 'bytes' | 'verdict'>,
  ): Promise<void> {
    const after = await this.#book.change(jobIdOf(key), (stored) => {
      const attempt = attemptOf(stored, key, worker.id);
      // Told again, because the answer was lost.
      if (stored.job.outputs[placed.output]?.state === 'placed') return undefined;
      requirePlanned(stored, placed.output);
      return changes.handedOver(stored, attempt, placed, this.#clock());
    });
    this.#settle(worker, key, after);
  }

  /** As when its worker reports it: a granted placement of an earlier daemon cannot be brought to its end now. */
  async waits(jobId: string, key: AttemptKey, error: ErrorData): Promise<void> {
    await this.#changeRunning(jobId, key, (stored) => changes.waits(stored, error));
  }

  /** Another name for a placement whose granted one turned out to be taken. */
  async grantNext(jobId: string): Promise<StoredJob> {
    return this.#book.change(jobId, (stored) => {
      const { placement } = stored.job;
      return placement && this.#grant(stored, placement, placement.path);
    });
  }

  /** The name was given after all, and the attempt is no more: what else it was to make is made by another. */
  async placed(
    jobId: string,
    key: AttemptKey,
    {
      identity,
      modified,
    }: { readonly identity?: FileIdentity | undefined; readonly modified?: string | undefined },
    reason: ErrorData,
  ): Promise<void> {
    await this.#changeRunning(jobId, key, (stored, attempt) => {
      const { placement } = stored.job;
      return placement && changes.deliver(stored, attempt, { ...placement, identity, modified }, this.#now());
    });
    await this.lost(jobId, key, reason, false);
  }

  /** What waits for room on a disk is due, where it still waits. */
  async roomIsFree(jobId: string, taskId: string): Promise<void> {
    await this.#book.change(jobId, ({ job, tasks }) => {
      // What waits for anything else, such as a back-off, goes on waiting.
      if (!isDiskTrouble(job.reason?.code)) return undefined;
      const task = tasks.find(({ id, state }) => id === taskId && state === 'waiting');
      return task && { tasks: [{ ...task, notBefore: 0 }] };
    });
  }

  /** The worker took the offer back: nothing has happened. It is offered again later where it `waitsFor` something. */
  async declined(jobId: string, key: AttemptKey, waitsFor?: ErrorData): Promise<void> {
    const { diskRetryMs, busyRetryMs } = this.#settings;
    await this.#changeRunning(jobId, key, (stored, attempt) => {
      const waitMs = waitsFor?.code === 'slots-busy' ? busyRetryMs : diskRetryMs;
      const notBefore = waitsFor && this.#clock() + waitMs;
      return endings.decline(stored, attempt, waitsFor ?? waitsForTurn, notBefore);
    });
  }

  /** The attempt failed for a reason that the coordinator itself has seen. */
  async failed(jobId: string, key: AttemptKey, error: ErrorData): Promise<void> {
    await this.#changeRunning(jobId, key, (stored, attempt) =>
      endings.fail(stored, attempt, { error }, { ...this.#now(), reported: false }),
    );
  }

  /**
   * Nobody reports of this attempt any more. A granted placement is left alone: only the worker's machine can
   * tell whether the file has its name. With `backOff` the next attempt waits a little.
   */
  async lost(jobId: string, key: AttemptKey, reason: ErrorData, backOff: boolean): Promise<void> {
    const settings = backOff ? this.#settings : undefined;
    await this.#changeRunning(jobId, key, (stored, attempt) =>
      stored.job.state === 'committing'
        ? undefined
        : endings.voidAttempt(stored, attempt, { ...this.#now(), reason, settings }),
    );
  }

  /** `placement-gone`: nothing lies under the granted name. `abandoned`: nobody is left who could tell. */
  async giveUp(
    jobId: string,
    key: AttemptKey,
    type: 'placement-gone' | 'abandoned',
    reason: ErrorData,
  ): Promise<void> {
    await this.#changeRunning(jobId, key, (stored, attempt) =>
      endings.voidAttempt(stored, attempt, { now: this.#clock(), reason, type }),
    );
  }

  #changeRunning(
    jobId: string,
    key: AttemptKey,
    decide: (stored: StoredJob, attempt: AttemptRecord) => JobChange | undefined,
  ): Promise<StoredJob> {
    return this.#book.change(jobId, (stored) => {
      const attempt = stored.attempts.find(
        ({ taskId, fence }) => taskId === key.taskId && fence === key.fence,
      );
      return attempt?.state === 'running' ? decide(stored, attempt) : undefined;
    });
  }

  /** A source that another job has replaced meanwhile is said to be that. */
  async #explained({ job }: StoredJob, report: TaskReport): Promise<TaskReport> {
    if (report.type !== 'failed') return report;
    return { ...report, error: await this.#sourceUse.whoReplaced(job, report.error) };
  }

  /** Now that it is known which file its path leads to: throws `conflict` where an earlier job is to replace that. */
  async #requireReplacing({ job }: StoredJob): Promise<void> {
    const [source] = job.sources;
    if (job.onSuccess !== 'replace' || !source) return;
    const refusal = await this.#sourceUse.refusesReplacing(source, job.id);
    if (refusal) throw refusal;
  }

  #changeBy(stored: StoredJob, attempt: AttemptRecord, report: TaskReport): JobChange | undefined {
    const now = this.#clock();
    switch (report.type) {
      case 'started':
        return start(attempt, report);
      case 'verifying':
        // Repeated after the commit: the answer was lost, the state is ahead.
        return stored.job.state === 'committing' ? undefined : changes.encoded(attempt, report.exit);
      case 'probed':
        return changes.probed(stored, attempt, report, now);
      case 'delivered': {
        const { outputs, placement, id } = stored.job;
        const { output, path } = report;
        // Told again, because the answer was lost.
        if (outputs[output]?.state === 'placed' && outputs[output].path === path) return undefined;
        if (placement?.output !== output || placement.path !== path)
          throw new DffmpegError('request-invalid', `Job ${id} was not granted ${path}.`);
        return changes.deliver(stored, attempt, report, this.#now());
      }
      case 'waiting':
        return changes.waits(stored, report.error);
      case 'skipped':
        if (stored.job.outputs[report.output]?.state === 'skipped') return undefined;
        requirePlanned(stored, report.output);
        return changes.skip(stored, attempt, report, now);
      case 'failed':
        return endings.fail(stored, attempt, report, { ...this.#now(), reported: true });
      case 'cancelled': {
        const { exit } = report;
        const { preempted } = stored.job;
        if (preempted?.fence === attempt.fence)
          return endings.stopped(stored, attempt, { now, exit, ...preempted });
        const reason: ErrorData = {
          code: 'cancelled',
          message: `${attempt.worker} stopped the encode.`,
          hint: 'It is queued again.',
        };
        return endings.stopped(stored, attempt, { now, exit, reason });
      }
    }
  }

  async #grant(
    stored: StoredJob,
    placement: Omit<Placement, 'path'>,
    taken: string | undefined,
  ): Promise<JobChange> {
    const { outputs } = stored.job;
    const planned = outputs[placement.output]?.path;
    const path =
      // Another one is planned where a person has chosen another folder.
      planned !== undefined && planned !== taken
        ? planned
        : await this.#nextName(stored, placement.output, taken);
    const named = changeOutput(outputs, placement.output, { path });
    const granted = { ...placement, path, source: await this.#unknownAside(placement.source) };
    return changes.grant(granted, named, reservationsOf(named, this.#platform));
  }

  /** Of what lies aside beside the source, that which no job of this queue has put there. */
  async #unknownAside(source: Placement['source']): Promise<Placement['source']> {
    if (!source?.kept) return source;
    const known = await Promise.all(source.kept.map(({ jobId }) => this.#book.store.job(jobId)));
    const kept = source.kept.filter((_, index) => !known[index]);
    return { ...source, kept: kept.length > 0 ? kept : undefined };
  }

  /** A name that no job has, this one's other outputs included. */
  async #nextName({ job }: StoredJob, index: number, taken?: string): Promise<string> {
    const platform = this.#platform;
    const preset = outputsOf(job.presetData)[index];
    if (!preset) throw new DffmpegError('internal', `Job ${job.id} has no output ${index}.`);
    const others = job.outputs.flatMap(({ path }, at) =>
      at === index || path === undefined ? [] : [reservationOf(path, platform).normalised],
    );
    const { path } = await freeName(
      outputNaming(job, preset, platform),
      async (names) => [
        ...(await this.#book.store.reserved(names, job.id)),
        ...names.filter((name) => others.includes(name)),
      ],
      taken,
    );
    return path;
  }

  #now(): { now: number; settings: QueueSettings; chance: number } {
    return { now: this.#clock(), settings: this.#settings, chance: this.#random() };
  }
}

/** One at a time is placed, and once. */
function requirePlanned({ job }: StoredJob, output: number): void {
  const { placement } = job;
  if (job.outputs[output]?.state !== 'planned' || (placement && placement.output !== output))
    throw new DffmpegError('request-invalid', `Output ${output} of job ${job.id} is not to be made now.`);
}

/** Nothing is encoded after it: only then its slot is free while it waits. */
export function isLastPlanned({ job }: StoredJob): boolean {
  return job.outputs.filter(({ state }) => state === 'planned').length === 1;
}

/** Task ids are made of the job's, see `taskId`. */
function jobIdOf({ taskId }: AttemptKey): string {
  return taskId.slice(0, taskId.lastIndexOf('-'));
}

function attemptOf(stored: StoredJob, key: AttemptKey, workerId: string): AttemptRecord {
  const attempt = stored.attempts.find(({ taskId, fence }) => taskId === key.taskId && fence === key.fence);
  if (!attempt || attempt.state === 'void' || attempt.workerId !== workerId) throw fenceVoid(stored.job.id);
  return attempt;
}

function fenceVoid(jobId: string): DffmpegError {
  return new DffmpegError('fence-void', `This attempt of job ${jobId} does not count any more.`);
}
