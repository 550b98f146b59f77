import { toDffmpegError, type DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { TaskPayload } from '../protocol/tasks.ts';
import type { Attempts } from './attempts.ts';
import type { ConnectedWorker, RunningAttempt } from './connectedWorker.ts';
import type { FetchAhead } from './fetchAhead.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import { assign } from './jobChanges.ts';
import { normalisePath } from './outputNames.ts';
import { encodePayload, placedOf, probePayload } from './planner.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { Decision } from './scheduler.ts';
import type { QueuedJob, QueueEntry } from './store.ts';
import type { StoredJob, TaskRecord } from './store/records.ts';

export interface AssignerOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly attempts: Attempts;
  readonly settings: QueueSettings;
  readonly clock: Clock;
  /** Milliseconds that go on evenly, whatever the clock is set to. */
  readonly monotonic: Clock;
  readonly platform: string;
  /** The store cannot say whether this worker was given something: that is to be brought to an end. */
  readonly recoverUnwritten: (worker: ConnectedWorker) => void;
  readonly fetchAhead: Pick<FetchAhead, 'isExpected'>;
  /** A slot is free again, or a task waits again. */
  readonly wake: () => void;
  readonly onError: (error: DffmpegError) => void;
}

/** Gives one task to the worker that was chosen for it: stores that, offers it, and takes it back where it is not taken. */
export class Assigner {
  readonly #options: AssignerOptions;

  constructor(options: AssignerOptions) {
    this.#options = options;
  }

  /** Attempt and fence are stored before the worker hears of them; its slot is taken at once. */
  async assign(
    { task, ...read }: QueuedJob,
    worker: ConnectedWorker,
    { slot, works, foreseen: { start, end, bytes } }: Extract<Decision, { action: 'offer' }>,
  ): Promise<void> {
    const { book, fetchAhead, clock, monotonic } = this.#options;
    const { job } = read;
    const foreseen = {
      ...{ works, begunAt: monotonic(), seconds: end.at - start.at, basis: end.basis },
      // A fleet has a queue of its own before anything comes; and of what is expected some is there already.
      bytes: worker.isFleet || fetchAhead.isExpected(job.id) ? undefined : bytes,
    };
    const attempt: RunningAttempt = {
      ...{ taskId: task.id, fence: job.fence + 1, jobId: job.id, slot },
      foreseen: task.kind === 'encode' ? foreseen : undefined,
      ...{ priority: job.priority, takenAt: foreseen.begunAt, preempted: job.preempted !== undefined },
    };
    worker.take(attempt);
    try {
      const asRead = await book.changeAsRead(read, assign(read, task, worker, clock()));
      const stored = asRead ?? (await this.#assignAnew(read, task, worker));
      if (stored.job.fence === attempt.fence) void this.#offer(worker, attempt, stored.job);
      else {
        worker.release(attempt);
        // Others were told that the slot is taken.
        this.#options.wake();
      }
    } catch (error) {
      worker.release(attempt);
      if (toDffmpegError(error).code === 'store-unavailable') this.#doubt(worker, attempt);
      throw error;
    }
  }

  /** What is stored of it may be more than what this daemon knows: that is brought to an end. */
  #doubt(worker: ConnectedWorker, { slot }: RunningAttempt): void {
    // Not at once again: a full disk refuses every write.
    worker.isBusy(slot);
    this.#options.recoverUnwritten(this.#options.fleet.get(worker.id) ?? worker);
  }

  /** Something of the job has changed since the queue was read; it may wait all the same. */
  #assignAnew({ job }: StoredJob, task: TaskRecord, worker: ConnectedWorker): Promise<StoredJob> {
    const { book, clock } = this.#options;
    return book.change(job.id, (now) =>
      now.job.fence === job.fence && now.tasks.some(({ id, state }) => id === task.id && state === 'waiting')
        ? assign(now, task, worker, clock())
        : undefined,
    );
  }

  async #offer(worker: ConnectedWorker, attempt: RunningAttempt, job: QueueEntry['job']): Promise<void> {
    const { attempts, settings } = this.#options;
    const { taskId, fence, jobId } = attempt;
    try {
      const payload = job.state === 'probing' ? await this.#probePayload(job) : encodePayload(job);
      const options = { timeoutMs: settings.offerTimeoutMs, asRead: true };
      const { preset, priority, require, prefer } = job;
      const said = { preset, priority, require, prefer };
      const answer = await worker.peer.request('task.offer', { taskId, fence, payload, job: said }, options);
      if (answer.accepted) return;
      await attempts.declined(jobId, attempt, answer.waitsFor && saidBy(worker, answer.waitsFor));
      worker.release(attempt);
      // Only this one waits: another may go to another disk.
      if (!answer.waitsFor) worker.isBusy(attempt.slot, answer.servesOthers);
    } catch (thrown) {
      const error = toDffmpegError(thrown);
      // The channel is gone: its end voids all attempts of this worker.
      if (error.code === 'disconnected') return;
      // It may have taken the offer all the same.
      if (error.code === 'timeout')
        worker.peer.request('task.cancel', { taskId, fence }).catch(() => undefined);
      const isStored = error.code !== 'store-unavailable' && (await this.#storeFailure(attempt, error));
      worker.release(attempt);
      // Declined or failed, and the store does not know: what it takes to be under way would be so for ever.
      if (!isStored) this.#doubt(worker, attempt);
    }
    this.#options.wake();
  }

  async #probePayload(job: QueueEntry['job']): Promise<TaskPayload> {
    const { book, platform } = this.#options;
    const paths = placedOf(job).map(({ path }) => normalisePath(path, platform));
    return probePayload(job, platform, paths.length === 0 ? [] : await book.store.madeAmong(paths));
  }

  /** Whether it could be written. */
  async #storeFailure(attempt: RunningAttempt, error: DffmpegError): Promise<boolean> {
    try {
      await this.#options.attempts.failed(attempt.jobId, attempt, error.toData());
      return true;
    } catch (thrown) {
      const again = toDffmpegError(thrown);
      this.#options.onError(again);
      return again.code !== 'store-unavailable';
    }
  }
}

/** The folders that it names are its own. */
function saidBy({ local, name }: ConnectedWorker, reason: ErrorData): ErrorData {
  return local ? reason : { ...reason, message: `${name}: ${reason.message}` };
}
