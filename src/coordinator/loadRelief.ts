import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { ConnectedWorker, RunningAttempt } from './connectedWorker.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import { preempt } from './preemptor.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { QueueEntry } from './store.ts';
import { givenAway } from './waitReasons.ts';

export interface LoadReliefOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly settings: QueueSettings;
  /** Whether one of these could begin a task now. */
  readonly hasPlace: (entry: QueueEntry, among: readonly ConnectedWorker[]) => boolean;
  readonly monotonic: Clock;
  /** Nothing is given out to be encoded: what is stopped would not begin elsewhere. */
  readonly isPaused: () => boolean;
  readonly onError: (error: DffmpegError) => void;
}

/**
 * Takes from a worker what it began last when other programs have been using most of its machine for a while, and gives it to
 * another one that has a free slot for it. Where there is none it stays, however slow.
 */
export class LoadRelief {
  readonly #options: LoadReliefOptions;
  /** Workers that are being relieved. */
  readonly #under = new Set<ConnectedWorker>();

  constructor(options: LoadReliefOptions) {
    this.#options = options;
    this.settingsChanged();
  }

  settingsChanged(): void {
    const { fleet, settings } = this.#options;
    fleet.foreignLoadWanted = settings.preemptLoadedWorkers;
    if (!settings.preemptLoadedWorkers) for (const worker of fleet.workers) worker.foreignLoad.forget();
  }

  heard(worker: ConnectedWorker, share: number): void {
    const { settings, monotonic, isPaused, onError } = this.#options;
    if (!settings.preemptLoadedWorkers) return;
    const limits = settings.preemptLoad;
    worker.foreignLoad.heard(share, monotonic(), limits);
    if (isPaused() || this.#under.has(worker) || !worker.foreignLoad.isDue(monotonic(), limits)) return;
    this.#under.add(worker);
    this.#relieve(worker)
      .catch((error: unknown) => {
        onError(toDffmpegError(error));
      })
      .finally(() => {
        this.#under.delete(worker);
      });
  }

  async #relieve(worker: ConnectedWorker): Promise<void> {
    const { book, settings, monotonic } = this.#options;
    const reason = givenAway(worker.name, settings.preemptLoad);
    for (const attempt of youngestFirst(worker.preemptable)) {
      if (!(await this.#hasPlaceElsewhere(attempt, worker))) continue;
      if (!(await preempt(book, worker, attempt, { reason, avoid: true }))) continue;
      worker.foreignLoad.relieved(monotonic());
      return;
    }
  }

  /** Now, on a machine that is not as busy. */
  async #hasPlaceElsewhere({ jobId, taskId }: RunningAttempt, worker: ConnectedWorker): Promise<boolean> {
    const { book, fleet, hasPlace } = this.#options;
    const { job, tasks } = await book.get(jobId);
    const task = tasks.find(({ id }) => id === taskId);
    const others = fleet.workers.filter((other) => other !== worker && !other.isLoaded);
    return task !== undefined && others.length > 0 && hasPlace({ job, task }, others);
  }
}

function youngestFirst(attempts: readonly RunningAttempt[]): RunningAttempt[] {
  return attempts.toReversed().sort((one, other) => other.takenAt - one.takenAt);
}
