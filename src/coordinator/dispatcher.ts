import { toDffmpegError, type DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import type { Attempts } from './attempts.ts';
import type { ConnectedWorker, RunningAttempt } from './connectedWorker.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import { assign } from './jobChanges.ts';
import { encodePayload, probePayload } from './planner.ts';
import type { QueueSettings } from './queueSettings.ts';
import { decide } from './scheduler.ts';
import type { Explanation, QueueEntry } from './store.ts';
import { Trials } from './trials.ts';

export interface DispatcherOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly attempts: Attempts;
  readonly settings: QueueSettings;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly platform: string;
  readonly onError: (error: DffmpegError) => void;
}

const pageSize = 200;

/**
 * Gives waiting tasks to workers. It wakes when something happened (a job came, a task ended, a worker changed,
 * a back-off is over), goes once through the queue in its order, and sleeps again.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #trials: Trials;
  #pass: Promise<void> | undefined;
  #again = false;
  #closed = false;
  #alarm: { at: number; stop: () => void } | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#trials = new Trials({
      timeoutMs: options.settings.trialTimeoutMs,
      onAnswer: () => {
        options.fleet.changed.emit('worker');
        this.wake();
      },
    });
  }

  /** May be called any number of times: what comes during a pass leads to one more. */
  wake(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#pass ??= this.#passes().finally(() => {
      this.#pass = undefined;
    });
  }

  /** After this nothing is offered. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm?.stop();
    await this.#pass;
  }

  async #passes(): Promise<void> {
    while (this.#again && !this.#closed) {
      // Whatever else happens in this turn of the event loop is seen by the same pass.
      await new Promise((resolve) => setImmediate(resolve));
      this.#again = false;
      try {
        await this.#walk();
        this.#setAlarm(await this.#options.book.store.nextDue(this.#options.clock()));
      } catch (error) {
        this.#options.onError(toDffmpegError(error));
      }
    }
  }

  async #walk(): Promise<void> {
    const { book, clock, settings } = this.#options;
    const explanations: Explanation[] = [];
    let seen = 0;
    let after: QueueEntry | undefined;
    do {
      const page = await book.store.queue({ now: clock(), limit: pageSize, after });
      for (const entry of page) {
        if (this.#closed) return;
        const reason = await this.#consider(entry);
        if (reason && seen < settings.explainedJobs && !sameReason(reason, entry.job.reason))
          explanations.push({ id: entry.job.id, revision: entry.job.revision, reason });
        seen += 1;
      }
      after = page.length === pageSize ? page.at(-1) : undefined;
    } while (after && (seen < settings.explainedJobs || this.#anySlotFree()));
    await book.explain(explanations);
  }

  /** Offers the task, or returns why it waits. */
  async #consider(entry: QueueEntry): Promise<ErrorData | undefined> {
    const { fleet, book } = this.#options;
    const decision = decide(entry, fleet.workers);
    switch (decision.action) {
      case 'offer': {
        const worker = fleet.get(decision.worker);
        if (worker) await this.#assign(entry, worker, decision.slot);
        return undefined;
      }
      case 'wait':
        for (const { worker, encoders } of decision.trials) {
          const asked = fleet.get(worker);
          if (asked) this.#trials.request(asked, encoders);
        }
        return decision.reason;
      case 'fail':
        await book.change(entry.job.id, ({ job }) =>
          job.state === entry.job.state ? { event: { type: 'failed', reason: decision.error } } : undefined,
        );
        return undefined;
    }
  }

  /** Attempt and fence are stored before the worker hears of them. */
  async #assign(
    { job, task }: QueueEntry,
    worker: ConnectedWorker,
    slot: RunningAttempt['slot'],
  ): Promise<void> {
    const { book, clock } = this.#options;
    const attempt: RunningAttempt = { taskId: task.id, fence: job.fence + 1, jobId: job.id, slot };
    worker.take(attempt);
    const stored = await book.change(job.id, (now) =>
      now.job.fence === job.fence && now.tasks.some(({ id, state }) => id === task.id && state === 'waiting')
        ? assign(now, task, worker, clock())
        : undefined,
    );
    if (stored.job.fence !== attempt.fence) worker.release(attempt);
    else void this.#offer(worker, attempt, stored.job);
  }

  async #offer(worker: ConnectedWorker, attempt: RunningAttempt, job: QueueEntry['job']): Promise<void> {
    const { attempts, settings, platform, onError } = this.#options;
    const { taskId, fence, jobId } = attempt;
    try {
      const payload =
        job.state === 'probing' || !job.probe ? probePayload(job, platform) : encodePayload(job, job.probe);
      const options = { timeoutMs: settings.offerTimeoutMs };
      const { accepted } = await worker.peer.request('task.offer', { taskId, fence, payload }, options);
      if (accepted) return;
      await attempts.declined(jobId, attempt);
      worker.release(attempt);
      worker.setBusy(attempt.slot, true);
      this.#options.timers.after(settings.busyRetryMs, () => {
        worker.setBusy(attempt.slot, false);
        this.wake();
      });
    } catch (thrown) {
      const error = toDffmpegError(thrown);
      // The channel is gone: its end voids all attempts of this worker.
      if (error.code === 'disconnected') return;
      // It may have taken the offer all the same.
      if (error.code === 'timeout')
        worker.peer.request('task.cancel', { taskId, fence }).catch(() => undefined);
      await attempts.failed(jobId, attempt, error.toData()).catch((again: unknown) => {
        onError(toDffmpegError(again));
      });
      worker.release(attempt);
    }
    this.wake();
  }

  #anySlotFree(): boolean {
    return this.#options.fleet.workers.some(
      (worker) =>
        worker.ffmpeg.state === 'ready' &&
        (['cpu', 'nvenc', 'qsv', 'videotoolbox', 'probe'] as const).some(
          (kind) => worker.freeSlots(kind) > 0,
        ),
    );
  }

  #setAlarm(due: number | undefined): void {
    if (due === this.#alarm?.at) return;
    this.#alarm?.stop();
    this.#alarm = undefined;
    if (due === undefined || this.#closed) return;
    const stop = this.#options.timers.after(Math.max(0, due - this.#options.clock()), () => {
      this.#alarm = undefined;
      this.wake();
    });
    this.#alarm = { at: due, stop };
  }
}

function sameReason(one: ErrorData, other: ErrorData | undefined): boolean {
  return one.code === other?.code && one.message === other.message && one.hint === other.hint;
}
