import type { JobState } from '../../protocol/jobState.ts';
import type { Counts, Forecast, Job, Progress, WorkerInfo } from '../../protocol/model.ts';
import { isEnded, noCounts } from '../../protocol/jobState.ts';
import { Emitter, type Event } from './emitter.ts';

/** The three groups that people see. */
export const jobGroups = ['running', 'waiting', 'finished'] as const;
export type JobGroup = (typeof jobGroups)[number];

export function groupOf(state: JobState): JobGroup {
  if (isEnded(state)) return 'finished';
  return state === 'running' || state === 'verifying' || state === 'committing' ? 'running' : 'waiting';
}

export type BoardChange =
  | { readonly kind: 'reset' }
  | { readonly kind: 'job'; readonly id: string; readonly from: JobGroup | undefined; readonly to: JobGroup }
  | { readonly kind: 'progress'; readonly id: string }
  | { readonly kind: 'forecasts'; readonly ids: readonly string[] }
  | { readonly kind: 'workers' }
  | { readonly kind: 'counts' };

/** Where things stand at the daemon: replaces all that was known. */
export interface BoardSnapshot {
  readonly jobs: readonly Job[];
  readonly workers: readonly WorkerInfo[];
  readonly counts: Counts;
}

/** The daemon's jobs, workers and counts as this window knows them. Every view draws from here. */
export class JobBoard {
  readonly #jobs = new Map<string, Job>();
  readonly #progress = new Map<string, Progress>();
  readonly #changes = new Emitter<BoardChange>();
  #workers: readonly WorkerInfo[] = [];
  #counts: Counts = noCounts;

  readonly onDidChange: Event<BoardChange> = this.#changes.event;

  get workers(): readonly WorkerInfo[] {
    return this.#workers;
  }

  get counts(): Counts {
    return this.#counts;
  }

  get size(): number {
    return this.#jobs.size;
  }

  job(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  progress(id: string): Progress | undefined {
    return this.#progress.get(id);
  }

  /** Of one group, in the order in which people see them. */
  jobsOf(group: JobGroup): Job[] {
    return [...this.#jobs.values()].filter((job) => groupOf(job.state) === group).sort(orders[group]);
  }

  /** Mean of what runs, 0 to 1; missing when no running job can say. */
  overallFraction(): number | undefined {
    const fractions = [...this.#progress.values()].flatMap(({ fraction }) => fraction ?? []);
    if (fractions.length === 0) return undefined;
    return fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length;
  }

  applySnapshot(snapshot: BoardSnapshot): void {
    this.#jobs.clear();
    this.#progress.clear();
    for (const job of snapshot.jobs) this.#store(job);
    this.#workers = snapshot.workers;
    this.#counts = snapshot.counts;
    this.#changes.fire({ kind: 'reset' });
  }

  /** Jobs are not followed: what is known of them stays, but for what is out of date in a moment. */
  applyOutline({ workers, counts }: Pick<BoardSnapshot, 'workers' | 'counts'>): void {
    this.#progress.clear();
    this.#workers = workers;
    this.#counts = counts;
    this.#changes.fire({ kind: 'counts' });
  }

  applyJobs(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const known = this.#jobs.get(job.id);
      if (!this.#store(job)) continue;
      const from = known ? groupOf(known.state) : undefined;
      this.#changes.fire({ kind: 'job', id: job.id, from, to: groupOf(job.state) });
    }
  }

  /** The daemon keeps finished jobs for a while only. */
  removeJobs(ids: readonly string[]): void {
    const known = ids.filter((id) => this.#jobs.delete(id));
    for (const id of known) this.#progress.delete(id);
    if (known.length > 0) this.#changes.fire({ kind: 'reset' });
  }

  applyProgress(progress: readonly Progress[]): void {
    for (const entry of progress) {
      const job = this.#jobs.get(entry.jobId);
      if (!job || groupOf(job.state) !== 'running') continue;
      this.#progress.set(entry.jobId, entry);
      this.#changes.fire({ kind: 'progress', id: entry.jobId });
    }
  }

  /** All that can be foreseen: of the other jobs nothing can. */
  applyForecasts(forecasts: readonly Forecast[]): void {
    const byId = new Map(forecasts.map(({ jobId, ...forecast }) => [jobId, forecast]));
    const changed = [...this.#jobs.values()].filter(
      ({ id, state, forecast }) => state === 'waiting' && !isSame(forecast, byId.get(id)),
    );
    for (const job of changed) this.#jobs.set(job.id, { ...job, forecast: byId.get(job.id) });
    if (changed.length > 0) this.#changes.fire({ kind: 'forecasts', ids: changed.map(({ id }) => id) });
  }

  applyWorkers(workers: readonly WorkerInfo[]): void {
    this.#workers = workers;
    this.#changes.fire({ kind: 'workers' });
  }

  applyCounts(counts: Counts): void {
    this.#counts = counts;
    this.#changes.fire({ kind: 'counts' });
  }

  /** False when what is known is as new: events and answers overtake each other. */
  #store(job: Job): boolean {
    const known = this.#jobs.get(job.id);
    if (known && known.revision >= job.revision) return false;
    // A change is told without one; what was foreseen holds until the next word of it.
    const forecast = job.state === 'waiting' ? (job.forecast ?? known?.forecast) : undefined;
    this.#jobs.set(job.id, { ...job, forecast });
    if (groupOf(job.state) !== 'running') this.#progress.delete(job.id);
    return true;
  }
}

const orders: Record<JobGroup, (a: Job, b: Job) => number> = {
  running: (a, b) => (a.startedAt ?? a.createdAt) - (b.startedAt ?? b.createdAt) || byId(a, b),
  waiting: (a, b) => byTurn(a, b),
  finished: (a, b) => (b.endedAt ?? b.createdAt) - (a.endedAt ?? a.createdAt) || byId(a, b),
};

/** What is looked at just now has no turn to wait for. An older daemon ranks nothing: there it is priority, then age. */
function byTurn(a: Job, b: Job): number {
  const rank = (a.rank ?? 0) - (b.rank ?? 0);
  return rank || b.priority - a.priority || a.createdAt - b.createdAt || byId(a, b);
}

function isSame(one: Job['forecast'], other: Job['forecast']): boolean {
  return one?.startsAt === other?.startsAt && one?.endsAt === other?.endsAt && one?.guess === other?.guess;
}

function byId(a: Job, b: Job): number {
  return a.id < b.id ? -1 : 1;
}
