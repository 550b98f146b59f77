import { DffmpegError, toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { Submission } from '../protocol/clientContract.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { JobHook } from '../protocol/model.ts';
import type { Attempts } from './attempts.ts';
import { requireOwn } from './clientJobs.ts';
import type { Fleet } from './fleet.ts';
import { steadyClock } from './clocks.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import { retry } from './jobChanges.ts';
import { newTask } from './jobTasks.ts';
import { retriedHooks, settled } from './jobHooks.ts';
import { newJobRecord } from './jobRecord.ts';
import { checkPlan } from './planner.ts';
import type { SourceUse } from './sourceUse.ts';
import type { StoredJob } from './store/records.ts';
import { pausedByPerson, waitsForTurn, withAhead } from './waitReasons.ts';

export interface JobControlOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly attempts: Attempts;
  readonly sourceUse: SourceUse;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly monotonic: Clock;
  readonly platform: string;
  /** Why no new job is taken now. */
  readonly refuses?: (() => Promise<DffmpegError | undefined>) | undefined;
}

/** Fewer characters of an id name too many jobs. */
const minPrefix = 4;
const shownCandidates = 5;

export const cancelledByPerson: ErrorData = { code: 'cancelled', message: 'Cancelled.' };
export const cancelledByLeaving: ErrorData = {
  code: 'cancelled',
  message: 'Cancelled, because the command that waited for it is gone.',
  hint: 'Use --detach to let a job go on without its command.',
};

/** What people do with jobs. */
export class JobControl {
  readonly #options: JobControlOptions;
  /** Who comes later stands behind, whatever the clock says. */
  readonly #queuedAt: Clock;

  constructor(options: JobControlOptions) {
    this.#options = options;
    this.#queuedAt = steadyClock(options.clock, options.monotonic);
  }

  /** Checks what can be checked by looking at the submission alone, stores, and answers. */
  async submit(submission: Submission, sessionId: string | undefined): Promise<StoredJob> {
    const { book, newId, clock, platform, refuses, sourceUse } = this.#options;
    if (submission.attached && sessionId === undefined)
      throw new DffmpegError('request-invalid', 'An attached job needs a session.', {
        hint: 'Ask session.open first.',
      });
    const job = newJobRecord(submission, { id: newId(), sessionId, createdAt: clock() });
    checkPlan(job, platform);
    const full = await refuses?.();
    if (full) return this.#repeated(submission, full);
    const store = (): Promise<StoredJob> =>
      book.submit({ job, tasks: [newTask(job.id, 'probe', this.#queuedAt())], attempts: [] });
    const { sources, onSuccess } = submission;
    const storeFirst = async (): Promise<StoredJob> => {
      const taken = await sourceUse.refusesReplacing({ path: sources[0] ?? '' });
      if (taken) throw taken;
      return store();
    };
    try {
      if (onSuccess !== 'replace') return await sourceUse.submitting(sources, store);
      return await sourceUse.submitting(sources, storeFirst, { alone: true });
    } catch (thrown) {
      const refusal = toDffmpegError(thrown);
      if (refusal.code !== 'conflict') throw refusal;
      return this.#repeated(submission, refusal);
    }
  }

  /** What is refused is thrown, but for a repeat, which adds nothing: whoever lost the answer gets it. */
  async #repeated({ submissionId }: Submission, refusal: DffmpegError): Promise<StoredJob> {
    const earlier = await this.#options.book.store.submitted(submissionId);
    if (earlier) return earlier;
    throw refusal;
  }

  /** A job by its id or a unique beginning of it. */
  async find(idOrPrefix: string): Promise<StoredJob> {
    const { store } = this.#options.book;
    const exact = await store.job(idOrPrefix);
    if (exact) return exact;
    const prefix = idOrPrefix.toLowerCase();
    const ids = prefix.length < minPrefix ? [] : await store.idsWithPrefix(prefix, shownCandidates + 1);
    const [only, second] = ids;
    if (only === undefined)
      throw new DffmpegError('not-found', `There is no job ${idOrPrefix}.`, {
        hint: `“dffmpeg jobs” lists them; ${minPrefix} characters of an id are enough.`,
      });
    if (second === undefined) return this.#options.book.get(only);
    const named = ids.slice(0, shownCandidates).join(', ');
    const rest = ids.length > shownCandidates ? ', …' : '';
    throw new DffmpegError('conflict', `Several jobs begin with ${idOrPrefix}: ${named}${rest}.`, {
      hint: 'Give more characters of the id.',
    });
  }

  /** With the number of jobs ahead, where the job waits for its turn. */
  async explained(stored: StoredJob): Promise<StoredJob> {
    const { job, tasks } = stored;
    const task = tasks.find(({ state }) => state === 'waiting');
    if (job.state !== 'waiting' || !task) return stored;
    const ahead = await this.#options.book.store.countAhead(task);
    return { ...stored, job: { ...job, reason: withAhead(job.reason, ahead) } };
  }

  /** What runs is cancelled when its worker says that the process is gone. */
  async cancel(id: string, reason: ErrorData): Promise<StoredJob> {
    const { book, fleet, attempts } = this.#options;
    const stored = await book.change(id, ({ job }) =>
      isEnded(job.state) || job.cancelling ? undefined : { event: { type: 'cancel-requested', reason } },
    );
    if (isEnded(stored.job.state)) return stored;
    const attempt = stored.attempts.find(({ state }) => state === 'running');
    if (!attempt) return stored;
    const { taskId, fence } = attempt;
    const worker = fleet.get(attempt.workerId);
    if (worker?.attempt(attempt)) {
      // An attempt that has just ended is not known there any more: its report says how it ended.
      worker.peer.request('task.cancel', { taskId, fence }).catch(() => undefined);
      return stored;
    }
    // What an earlier daemon left running: the recovery ends it, after its ffmpeg was reaped.
    if (stored.job.state !== 'committing') return stored;
    await attempts.giveUp(id, attempt, 'abandoned', reason);
    return book.get(id);
  }

  /** What runs stands still where its worker's system can do that. */
  async pause(id: string): Promise<StoredJob> {
    const { book, fleet } = this.#options;
    const stored = await book.change(id, ({ job, attempts }) => {
      if (isEnded(job.state))
        throw new DffmpegError('conflict', `Job ${id} has ended: there is nothing to pause.`);
      if (job.cancelling) throw new DffmpegError('conflict', `Job ${id} is being cancelled.`);
      if (job.state === 'paused' || job.suspended) return undefined;
      const running = attempts.find(({ state }) => state === 'running');
      if (running && fleet.get(running.workerId)?.platform === 'win32')
        throw new DffmpegError(
          'conflict',
          `Windows, on which ${running.worker} runs, cannot stop a process for a while.`,
          { hint: 'Pause the queue, so that nothing begins after it, or cancel the job.' },
        );
      return { event: { type: 'pause-requested', reason: pausedByPerson } };
    });
    if (stored.job.suspended) this.#tellSuspended(stored, true);
    return stored;
  }

  async resume(id: string): Promise<StoredJob> {
    const stored = await this.#options.book.change(id, ({ job }) => {
      if (isEnded(job.state))
        throw new DffmpegError('conflict', `Job ${id} has ended.`, { hint: 'Retry it to encode it anew.' });
      if (job.suspended) return { event: { type: 'resume-requested' } };
      if (job.state !== 'paused') return undefined;
      // A retry forgets what its source was.
      return job.probes === undefined
        ? { event: { type: 'resumed-unprobed' } }
        : { event: { type: 'resumed', reason: waitsForTurn } };
    });
    this.#tellSuspended(stored, stored.job.suspended);
    return stored;
  }

  async prioritize(id: string, priority: number): Promise<StoredJob> {
    return this.#options.book.change(id, ({ job }) => {
      if (isEnded(job.state))
        throw new DffmpegError('conflict', `Job ${id} has ended: it waits for nothing.`);
      return job.priority === priority ? undefined : { job: { priority } };
    });
  }

  #tellSuspended({ attempts }: StoredJob, suspended: boolean): void {
    const attempt = attempts.find(({ state }) => state === 'running');
    const worker = attempt && this.#options.fleet.get(attempt.workerId);
    if (!attempt || !worker?.attempt(attempt)) return;
    const { taskId, fence } = attempt;
    worker.suspended(attempt, suspended);
    // Where the worker is gone, its attempt is, too.
    worker.peer.request('task.suspend', { taskId, fence, suspended }).catch(() => undefined);
  }

  async settleHook(id: string, hook: JobHook): Promise<void> {
    await this.#options.book.change(id, ({ job }) => settled(job, hook));
  }

  /** The hooks that failed are run again. */
  async retryHooks(id: string): Promise<StoredJob> {
    const { book, clock } = this.#options;
    return book.change(id, ({ job }) => retriedHooks(job, clock()));
  }

  async retry(id: string): Promise<StoredJob> {
    const { book, sourceUse } = this.#options;
    const { job } = await book.get(id);
    const again = (): Promise<StoredJob> => this.#again(id);
    const sources = job.sources.map(({ path }) => path);
    if (job.onSuccess !== 'replace' || !isEnded(job.state)) return again();
    const againFirst = async (): Promise<StoredJob> => {
      const taken = await sourceUse.refusesReplacing({ path: sources[0] ?? '' });
      if (taken) throw taken;
      return again();
    };
    return sourceUse.submitting(sources, againFirst, { alone: true });
  }

  async #again(id: string): Promise<StoredJob> {
    return this.#options.book.change(id, (stored) => {
      const { state } = stored.job;
      requireOwn(stored.job);
      if (state === 'done')
        throw new DffmpegError('conflict', `Job ${id} is done: there is nothing to retry.`, {
          hint: 'Encode the file again for a second result.',
        });
      return isEnded(state) ? retry(stored, this.#queuedAt()) : undefined;
    });
  }
}
