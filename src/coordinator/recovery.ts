import type { Payload } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import type { CoordinatorEvents } from '../protocol/workerContract.ts';
import type { Attempts } from './attempts.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import { finishPlacement } from './finishPlacement.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import { backOff, type QueueSettings } from './queueSettings.ts';
import type { AttemptKey, AttemptRecord, StoredJob } from './store/records.ts';

export interface RecoveryOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly attempts: Attempts;
  readonly settings: QueueSettings;
  readonly timers: Timers;
  readonly monotonic: Clock;
  readonly wake: () => void;
  readonly onError: (error: DffmpegError) => void;
}

type KeptResult = Payload<CoordinatorEvents['recovered']>['keep'][number];

const hint = 'The job goes back to the queue.';
const restarted: ErrorData = {
  code: 'worker-lost',
  message: 'The daemon was restarted while this ran.',
  hint,
};
const unwritten: ErrorData = {
  code: 'store-unavailable',
  message: 'The queue’s database could not be written when this was given out.',
  hint,
};

/**
 * Attempts that an earlier daemon, or an earlier connection of their worker, left under way. What ran is ended
 * and queued again; what was granted is asked after on the worker's machine: placed is done, gone is queued
 * again. So a kill at any step leaves exactly one right file or none.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  /** Recoveries under way, by worker. */
  readonly #working = new Map<string, Promise<void>>();
  /** Recoveries that failed and are tried again, by worker. */
  readonly #repeats = new Map<string, () => void>();
  /** Workers whose connection was lost, and that may come back: ends of the waiting for each. */
  readonly #away = new Map<string, () => void>();
  #stopTimer: (() => void) | undefined;
  #closed = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Call it before any worker is attached. */
  async start(): Promise<void> {
    const { book, attempts, timers, settings } = this.#options;
    const left = await book.store.underWay();
    for (const stored of left)
      for (const attempt of running(stored))
        // Looking at a file leaves nothing behind: it is looked at anew at once.
        if (attempt.kind === 'probe') await attempts.lost(attempt.jobId, attempt, restarted, false);
    if (left.some((stored) => running(stored).some(({ kind }) => kind === 'encode')))
      this.#stopTimer = timers.after(settings.lostWorkerMs, () => {
        void this.#giveUpOnTheLost(didNotReturn);
      });
  }

  /**
   * The connection of a worker on another machine is lost: it goes on encoding, and what it runs stays its own for a
   * while. Comes it back in time, it goes on where it is.
   */
  async workerIsAway(worker: ConnectedWorker): Promise<void> {
    const { settings, timers } = this.#options;
    this.#away.get(worker.id)?.();
    const left = await this.#leftBy(worker.id);
    if (left.length === 0 || this.#closed) return;
    const stop = timers.after(settings.lostWorkerMs, () => {
      this.#away.delete(worker.id);
      void this.#giveUpOnTheLost(cutOff, worker.id);
    });
    this.#away.set(worker.id, stop);
    await this.#say(left, isAway(worker.name, settings.lostWorkerMs));
  }

  /** It will not come back, since a person has removed it: what it ran is queued again at once. */
  async giveUpOn(workerId: string): Promise<void> {
    this.#away.get(workerId)?.();
    this.#away.delete(workerId);
    await this.#giveUpOnTheLost(removed, workerId);
  }

  /** Attempts that a worker still runs and that nobody has voided go on; the others it is told to stop. */
  async adopt(worker: ConnectedWorker, claimed: readonly AttemptKey[]): Promise<AttemptKey[]> {
    const stop: AttemptKey[] = [];
    const jobs = claimed.length === 0 ? [] : await this.#options.book.store.underWay();
    const left = jobs.flatMap((stored) =>
      running(stored).flatMap((attempt) => (attempt.workerId === worker.id ? { attempt, stored } : [])),
    );
    for (const key of claimed) {
      const found = left.find(({ attempt }) => attempt.taskId === key.taskId && attempt.fence === key.fence);
      if (found) this.#takeAgain(worker, found.attempt, found.stored);
      else stop.push(key);
    }
    await this.#say(
      left.flatMap(({ attempt }) => (worker.attempt(attempt) ? attempt : [])),
      undefined,
    );
    return stop;
  }

  #takeAgain(
    worker: ConnectedWorker,
    { taskId, fence, jobId, kind }: AttemptRecord,
    { job: { priority, preempted, suspended } }: StoredJob,
  ): void {
    worker.take({
      ...{ taskId, fence, jobId, priority, slot: kind === 'probe' ? 'probe' : 'cpu' },
      ...{ takenAt: this.#options.monotonic(), preempted: preempted !== undefined },
    });
    if (suspended) worker.suspended({ taskId, fence }, true);
  }

  /** Brings what this worker left to an end; what fails is tried again for as long as the worker is connected. */
  workerIsBack(worker: ConnectedWorker): void {
    const stop = this.#away.get(worker.id);
    stop?.();
    this.#away.delete(worker.id);
    this.#work(worker, stop ? workerRestarted(worker.name) : restarted, 0);
  }

  /** The same, where it could not be written what this worker was given or has declined. */
  recoverUnwritten(worker: ConnectedWorker): void {
    this.#work(worker, unwritten, 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer?.();
    for (const stop of [...this.#repeats.values(), ...this.#away.values()]) stop();
    await Promise.all(this.#working.values());
  }

  /** `failures`: how often in a row it failed before. */
  #work(worker: ConnectedWorker, reason: ErrorData, failures: number): void {
    this.#repeats.get(worker.id)?.();
    this.#repeats.delete(worker.id);
    const { fleet, onError, wake } = this.#options;
    const work = (this.#working.get(worker.id) ?? Promise.resolve())
      .then(() => this.#recover(worker, reason))
      .catch((error: unknown) => {
        onError(toDffmpegError(error));
        return undefined;
      })
      .then((keep) => {
        if (keep && fleet.get(worker.id) === worker) worker.peer.emit('recovered', { keep });
        else this.#repeatLater(worker, reason, failures + 1);
        wake();
      });
    this.#working.set(worker.id, work);
  }

  #repeatLater(worker: ConnectedWorker, reason: ErrorData, failures: number): void {
    const { fleet, settings, timers } = this.#options;
    // A later connection of the same worker has its own recovery.
    if (this.#closed || fleet.get(worker.id) !== worker) return;
    this.#repeats.get(worker.id)?.();
    const stop = timers.after(backOff(settings, failures), () => {
      this.#repeats.delete(worker.id);
      if (fleet.get(worker.id) === worker) this.#work(worker, reason, failures);
    });
    this.#repeats.set(worker.id, stop);
  }

  /** All that this worker left has come to an end: what of others’ it is still to place; else undefined. */
  async #recover(worker: ConnectedWorker, reason: ErrorData): Promise<KeptResult[] | undefined> {
    const { book, onError } = this.#options;
    let complete = true;
    for (const attempt of await this.#leftBy(worker.id)) {
      if (worker.attempt(attempt)) continue;
      try {
        const stored = await book.get(attempt.jobId);
        // It has come to an end since they were listed.
        if (!running(stored).some(({ fence }) => fence === attempt.fence)) continue;
        const granted = stored.job.state === 'committing';
        await this.#reap(worker, attempt, granted);
        if (granted) await this.#finishPlacement(this.#placerOf(stored, worker), attempt);
        else await this.#options.attempts.lost(attempt.jobId, attempt, reason, false);
      } catch (error) {
        complete = false;
        onError(toDffmpegError(error));
      }
    }
    return complete ? this.#toBePlacedBy(worker.id) : undefined;
  }

  /** Results of attempts on other machines, which it has received. */
  async #toBePlacedBy(workerId: string): Promise<KeptResult[]> {
    return (await this.#options.book.store.underWay()).flatMap((stored) => {
      const { placement } = stored.job;
      const isOthers = running(stored).some(
        (attempt) => attempt.fence === placement?.fence && attempt.workerId !== workerId,
      );
      if (placement?.workerId !== workerId || !isOthers) return [];
      const { taskId, fence, staged } = placement;
      return [{ taskId, fence, staged }];
    });
  }

  /** Who has the result: another one than the worker that encoded it where that does not see the files. */
  #placerOf({ job: { placement } }: StoredJob, worker: ConnectedWorker): ConnectedWorker {
    if (!placement || placement.workerId === worker.id) return worker;
    const placer = this.#options.fleet.get(placement.workerId);
    if (placer) return placer;
    throw new DffmpegError('worker-lost', 'The worker that has the result is not connected.');
  }

  /**
   * An ffmpeg that outlived its daemon would go on writing and using the processor. What it wrote is removed
   * with it, but for a result whose placement was granted.
   */
  async #reap(worker: ConnectedWorker, attempt: AttemptRecord, granted: boolean): Promise<void> {
    const { pid, processStart } = attempt;
    if (pid === undefined || processStart === undefined) return;
    const directory = granted ? undefined : attempt.directory;
    const options = { timeoutMs: this.#options.settings.recoveryTimeoutMs };
    try {
      await worker.peer.request('process.reap', { pid, processStart, directory }, options);
    } catch (error) {
      // What it still writes is a file of its own that is never placed.
      this.#options.onError(toDffmpegError(error));
    }
  }

  async #finishPlacement(worker: ConnectedWorker, attempt: AttemptRecord): Promise<void> {
    const { attempts } = this.#options;
    const end = await finishPlacement(this.#options, worker, attempt);
    switch (end.outcome) {
      case 'placed':
        return attempts.placed(attempt.jobId, attempt, end, restarted);
      case 'gone':
        return attempts.giveUp(attempt.jobId, attempt, 'placement-gone', restarted);
      case 'none':
    }
  }

  /**
   * Workers that did not come back, or this one: what they ran is queued again; what they were placing must wait for
   * them.
   */
  async #giveUpOnTheLost(why: (name: string) => ErrorData, workerId?: string): Promise<void> {
    const { book, fleet, attempts, wake, onError } = this.#options;
    try {
      for (const stored of await book.store.underWay())
        for (const attempt of running(stored)) {
          if (fleet.get(attempt.workerId) || (workerId !== undefined && attempt.workerId !== workerId))
            continue;
          const { id, state, cancelling, revision } = stored.job;
          const placer = stored.job.placement && fleet.get(stored.job.placement.workerId);
          if (state !== 'committing') await attempts.lost(id, attempt, why(attempt.worker), false);
          else if (placer) await this.#finishPlacement(placer, attempt);
          else if (cancelling) await attempts.giveUp(id, attempt, 'abandoned', why(attempt.worker));
          else await book.explain([{ id, revision, reason: waitsForPlacer(attempt.worker) }]);
        }
    } catch (error) {
      onError(toDffmpegError(error));
    }
    wake();
  }

  /** With the jobs of these attempts: why nothing is heard of them, or that it is heard again. */
  async #say(attempts: readonly AttemptRecord[], reason: ErrorData | undefined): Promise<void> {
    for (const { jobId } of attempts)
      await this.#options.book.change(jobId, ({ job }) => {
        // What it waits for on that machine is told as it is.
        const isDue = reason ? job.reason === undefined : job.reason?.code === 'worker-lost';
        return isDue ? { job: { reason } } : undefined;
      });
  }

  async #leftBy(workerId: string): Promise<AttemptRecord[]> {
    const left = await this.#options.book.store.underWay();
    return left.flatMap(running).filter((attempt) => attempt.workerId === workerId);
  }
}

function running({ attempts }: StoredJob): AttemptRecord[] {
  return attempts.filter(({ state }) => state === 'running');
}

function isAway(name: string, graceMs: number): ErrorData {
  return {
    code: 'worker-lost',
    message: `The connection to ${name} is lost. It has ${Math.round(graceMs / 1000)} seconds to come back.`,
    hint: 'It goes on encoding; if it does not come back, the job goes back to the queue.',
  };
}

function cutOff(name: string): ErrorData {
  return {
    code: 'worker-lost',
    message: `The connection to ${name} was lost, and it did not come back.`,
    hint,
  };
}

function removed(name: string): ErrorData {
  return { code: 'worker-lost', message: `${name} was removed while this ran.`, hint };
}

function workerRestarted(name: string): ErrorData {
  return { code: 'worker-lost', message: `${name} was started anew while this ran.`, hint };
}

function didNotReturn(name: string): ErrorData {
  return {
    code: 'worker-lost',
    message: `${name} did not come back after a restart.`,
    hint: 'The job goes back to the queue.',
  };
}

function waitsForPlacer(name: string): ErrorData {
  return {
    code: 'worker-lost',
    message: `${name} was giving the result its name and is not connected.`,
    hint: 'It is finished when that worker is back; cancel the job and retry it to encode anew.',
  };
}
