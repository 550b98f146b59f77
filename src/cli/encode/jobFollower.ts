import type { DaemonConnection, Subscription } from '../../client/connection.ts';
import { isSettled } from '../../protocol/jobResults.ts';
import type { Job, Progress } from '../../protocol/model.ts';

/** Follows jobs by subscription until they have ended. */
export class JobFollower {
  readonly #daemon: Pick<DaemonConnection, 'request' | 'subscribe'>;
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  /** Every job heard of: an event may come before the answer to its submission. */
  readonly #heard = new Map<string, Job>();
  readonly #followed = new Set<string>();
  readonly #progress = new Map<string, Progress>();
  #subscription: Subscription | undefined;

  constructor(
    daemon: Pick<DaemonConnection, 'request' | 'subscribe'>,
    listeners: { onChange(): void; onError(error: unknown): void },
  ) {
    this.#daemon = daemon;
    this.#onChange = () => listeners.onChange();
    this.#onError = (error) => listeners.onError(error);
  }

  open(): void {
    this.#subscription = this.#daemon.subscribe(
      { topics: ['jobs', 'progress'] },
      {
        onSnapshot: ({ jobs }) => {
          this.#hear(jobs);
          this.#askFor(new Set(jobs.map(({ id }) => id)));
        },
        onJobs: (jobs) => this.#hear(jobs),
        onProgress: (progress) => {
          for (const one of progress) this.#progress.set(one.jobId, one);
          this.#onChange();
        },
      },
    );
  }

  close(): void {
    this.#subscription?.close();
  }

  follow(job: Job): void {
    this.#followed.add(job.id);
    this.#hear([job]);
  }

  /** In the order in which they were given. */
  get jobs(): Job[] {
    return [...this.#followed].flatMap((id) => this.#heard.get(id) ?? []);
  }

  progressOf(id: string): Progress | undefined {
    return this.#progress.get(id);
  }

  #hear(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const known = this.#heard.get(job.id);
      if (known === undefined || job.revision > known.revision) this.#heard.set(job.id, job);
    }
    this.#onChange();
  }

  /** A snapshot holds the newest jobs only; of ours that it lacks, the daemon is asked one by one. */
  #askFor(inSnapshot: ReadonlySet<string>): void {
    for (const { id } of this.jobs.filter((job) => !inSnapshot.has(job.id) && !isSettled(job)))
      this.#daemon.request('jobs.get', { id }).then(({ job }) => this.#hear([job]), this.#onError);
  }
}
