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
import * as reasons from './lostWorkerReasons.ts';
import { backOff, type QueueSettings } from './queueSettings.ts';
import type { AttemptKey, AttemptRecord, StoredJob } from './store/records.ts';
import { couldTake } from './takenElsewhere.ts';

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
        if (attempt.kind === 'probe') await attempts.lost(attempt.jobId, attempt, reasons.restarted, false);
    if (!left.some((stored) => running(stored).some(({ kind }) => kind === 'encode'))) return;
    const wait = (): void => {
      this.#stopTimer = timers.after(settings.lostWorkerMs, () => {
        void this.#giveUpOnTheLost(reasons.didNotReturn, { patient: true }).then((awaited) => {
          if (awaited && !this.#closed) wait();
        });
      });
    };
    wait();
  }

  /**
   * The connection of a worker on another machine is lost: it goes on encoding, and what it runs stays its own for a
   * while, the longer the more there is to lose, and for as long as nobody else could take it. Comes it back in time, it
   * goes on where it is.
   */
  async workerIsAway(worker: ConnectedWorker): Promise<void> {
    const { settings, timers } = this.#options;
    this.#away.get(worker.id)?.();
    const left = await this.#leftBy(worker.id);
    if (left.length === 0 || this.#closed) return;
    const { id: workerId, name } = worker;
    const wait = (milliseconds: number): void => {
      const stop = timers.after(milliseconds, () => {
        void this.#giveUpOnTheLost(reasons.cutOff, { workerId, patient: true }).then((awaited) => {
          // It may have come back meanwhile, and gone again.
          if (this.#closed || this.#away.get(workerId) !== stop) return;
          this.#away.delete(workerId);
          if (awaited) wait(settings.lostWorkerMs);
        });
      });
      this.#away.set(workerId, stop);
    };
    const graceMs = this.#graceOf(worker);
    wait(graceMs);
    await this.#say(left, reasons.isAway(name, graceMs));
  }

  /** It will not come back, since a person has removed it: what it ran is queued again at once. */
  async giveUpOn(workerId: string): Promise<void> {
    this.#away.get(workerId)?.();
    this.#away.delete(workerId);
    await this.#giveUpOnTheLost(reasons.removed, { workerId, patient: false });
  }

  /** Milliseconds. */
  #graceOf({ running: left }: ConnectedWorker): number {
    const { settings, monotonic } = this.#options;
    const longest = Math.max(0, ...left.map(({ takenAt }) => monotonic() - takenAt));
    return Math.max(settings.lostWorkerMs, longest * settings.lostWorkerShare);
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
    { job: { priority, preempted, suspended, cancelling } }: StoredJob,
  ): void {
    worker.take({
      ...{ taskId, fence, jobId, priority, slot: kind === 'probe' ? 'probe' : 'cpu' },
      ...{ takenAt: this.#options.monotonic(), preempted: preempted !== undefined },
    });
    worker.suspended({ taskId, fence }, suspended);
    // People may have paused or cancelled it, or let it go on, while it was away.
    worker.peer.request('task.suspend', { taskId, fence, suspended }).catch(() => undefined);
    if (worker.isFleet)
      worker.peer.request('task.prioritize', { taskId, fence, priority }).catch(() => undefined);
    if (cancelling) worker.peer.request('task.cancel', { taskId, fence }).catch(() => undefined);
  }

  /** Brings what this worker left to an end; what fails is tried again for as long as the worker is connected. */
  workerIsBack(worker: ConnectedWorker): void {
    const stop = this.#away.get(worker.id);
    stop?.();
    this.#away.delete(worker.id);
    this.#work(worker, stop ? reasons.workerRestarted(worker.name) : reasons.restarted, 0);
  }

  /** The same, where it could not be written what this worker was given or has declined. */
  recoverUnwritten(worker: ConnectedWorker): void {
    this.#work(worker, reasons.unwritten, 0);
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
   * An ffmpeg that outlived its daemon would go on writing and using the processor. What it wrote is reasons.removed
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
        return attempts.placed(attempt.jobId, attempt, end, reasons.restarted);
      case 'gone':
        return attempts.giveUp(attempt.jobId, attempt, 'placement-gone', reasons.restarted);
      case 'none':
    }
  }

  /**
   * Workers that did not come back, or this one: what they ran is queued again; what they were placing must wait for
   * them. `patient`: what nobody else could take stays theirs. Resolves with whether there is such a thing.
   */
  async #giveUpOnTheLost(
    why: (name: string) => ErrorData,
    { workerId, patient }: { readonly workerId?: string; readonly patient: boolean },
  ): Promise<boolean> {
    const { book, fleet, wake, onError } = this.#options;
    let awaited = false;
    try {
      for (const stored of await book.store.underWay())
        for (const attempt of running(stored)) {
          if (fleet.get(attempt.workerId) || (workerId !== undefined && attempt.workerId !== workerId))
            continue;
          if (patient && this.#isAlone(stored)) {
            awaited = true;
            await this.#say([attempt], reasons.isAwaited(attempt.worker));
          } else await this.#giveUp(stored, attempt, why(attempt.worker));
        }
    } catch (error) {
      onError(toDffmpegError(error));
    }
    wake();
    return awaited;
  }

  /** Given up, it would only wait for the worker that runs it. */
  #isAlone({ job }: StoredJob): boolean {
    if (job.state === 'committing' || job.cancelling) return false;
    return !this.#options.fleet.workers.some((worker) => couldTake(job, worker));
  }

  async #giveUp({ job }: StoredJob, attempt: AttemptRecord, why: ErrorData): Promise<void> {
    const { book, fleet, attempts } = this.#options;
    const { id, state, cancelling, revision } = job;
    const placer = job.placement && fleet.get(job.placement.workerId);
    if (state !== 'committing') await attempts.lost(id, attempt, why, false);
    else if (placer) await this.#finishPlacement(placer, attempt);
    else if (cancelling) await attempts.giveUp(id, attempt, 'abandoned', why);
    else await book.explain([{ id, revision, reason: reasons.waitsForPlacer(attempt.worker) }]);
  }

  /** With the jobs of these attempts: why nothing is heard of them, or that it is heard again. */
  async #say(attempts: readonly AttemptRecord[], reason: ErrorData | undefined): Promise<void> {
    for (const { jobId } of attempts)
      await this.#options.book.change(jobId, ({ job }) => {
        // What it waits for on that machine is told as it is.
        if (job.reason !== undefined && job.reason.code !== 'worker-lost') return undefined;
        return job.reason?.message === reason?.message ? undefined : { job: { reason } };
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
