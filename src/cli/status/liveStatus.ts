import type { DaemonConnection, Subscription } from '../../client/connection.ts';
import type { ClientMethods } from '../../protocol/clientContract.ts';
import type { Result } from '../../protocol/contract.ts';
import { isEnded } from '../../protocol/jobState.ts';
import type { Counts, Job, Progress, WorkerInfo } from '../../protocol/model.ts';

export interface Status {
  readonly daemon: Result<ClientMethods['daemon.status']>;
  readonly counts: Counts;
  /** What runs first, then what waits, then, if asked for, what has ended, the newest first. */
  readonly jobs: readonly Job[];
  readonly workers: readonly WorkerInfo[];
  readonly progress: ReadonlyMap<string, Progress>;
}

/** Ended jobs that are kept and shown; the rest is for `dffmpeg jobs`. */
const endedJobs = 20;

export interface LiveStatusOptions {
  /** Also jobs that have ended. */
  readonly all: boolean;
  readonly onChange: (status: Status) => void;
  readonly onError: (error: unknown) => void;
}

/** The daemon's state by subscription: a snapshot, and again after each change. */
export class LiveStatus {
  readonly #daemon: Pick<DaemonConnection, 'request' | 'subscribe'>;
  readonly #options: LiveStatusOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #progress = new Map<string, Progress>();
  #forecasts: ReadonlyMap<string, Job['forecast']> = new Map();
  #workers: readonly WorkerInfo[] = [];
  #counts: Counts | undefined;
  #about: Result<ClientMethods['daemon.status']> | undefined;
  #subscription: Subscription | undefined;

  constructor(daemon: Pick<DaemonConnection, 'request' | 'subscribe'>, options: LiveStatusOptions) {
    this.#daemon = daemon;
    this.#options = options;
  }

  open(): void {
    this.#subscription = this.#daemon.subscribe(
      { topics: ['jobs', 'progress', 'workers', 'counts'] },
      {
        onSnapshot: ({ jobs, workers, counts }) => {
          this.#jobs.clear();
          for (const job of jobs) this.#jobs.set(job.id, { ...job, forecast: this.#forecasts.get(job.id) });
          this.#workers = workers;
          this.#counts = counts;
          this.#ask();
        },
        onJobs: (jobs) => {
          for (const job of jobs) this.#jobs.set(job.id, { ...job, forecast: this.#forecasts.get(job.id) });
          this.#tell();
        },
        onRemoved: (ids) => {
          for (const id of ids) this.#jobs.delete(id);
          this.#tell();
        },
        onProgress: (progress) => {
          for (const one of progress) this.#progress.set(one.jobId, one);
          this.#tell();
        },
        onForecasts: (forecasts) => {
          this.#forecasts = new Map(forecasts.map(({ jobId, ...forecast }) => [jobId, forecast]));
          for (const job of this.#jobs.values())
            this.#jobs.set(job.id, { ...job, forecast: this.#forecasts.get(job.id) });
          this.#tell();
        },
        onWorkers: (workers) => {
          this.#workers = workers;
          // ffmpeg may have come or gone.
          this.#ask();
        },
        onCounts: (counts) => {
          this.#counts = counts;
          this.#tell();
        },
      },
    );
  }

  close(): void {
    this.#subscription?.close();
  }

  #ask(): void {
    this.#daemon.request('daemon.status', {}).then((about) => {
      this.#about = about;
      this.#tell();
    }, this.#options.onError);
  }

  #tell(): void {
    if (this.#about === undefined || this.#counts === undefined) return;
    this.#options.onChange({
      daemon: this.#about,
      counts: this.#counts,
      jobs: this.#shown(),
      workers: this.#workers,
      progress: this.#progress,
    });
  }

  #shown(): Job[] {
    const jobs = [...this.#jobs.values()];
    const ended = jobs
      .filter(({ state }) => isEnded(state))
      .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
      .slice(0, endedJobs);
    const unfinished = jobs
      .filter(({ state }) => !isEnded(state))
      .sort(
        (a, b) => Number(b.state === 'running') - Number(a.state === 'running') || a.createdAt - b.createdAt,
      );
    return this.#options.all ? [...unfinished, ...ended] : unfinished;
  }
}
