import { resultBytes, sourceBytes } from '../protocol/jobResults.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { StatusJob } from '../protocol/statusPageContract.ts';

/** What the page shows, worked out of what the host told. Pure. */

export interface Sections {
  /** In the order they began, so that a row keeps its place while it runs. */
  readonly running: readonly StatusJob[];
  /** In the order they will begin. */
  readonly waiting: readonly StatusJob[];
  /** Newest first. */
  readonly finished: readonly StatusJob[];
}

export function sortIntoSections(jobs: readonly StatusJob[]): Sections {
  const running = jobs.filter(isRunning);
  const finished = jobs.filter((job) => isEnded(job.state));
  const waiting = jobs.filter(isWaiting);
  return {
    running: running.sort((a, b) => begin(a) - begin(b) || byId(a, b)),
    waiting: waiting.sort((a, b) => byTurn(a, b)),
    finished: finished.sort((a, b) => end(b) - end(a) || byId(a, b)),
  };
}

function isRunning(job: StatusJob): boolean {
  return job.state === 'running' || job.state === 'verifying' || job.state === 'committing';
}

function isWaiting(job: StatusJob): boolean {
  return !isRunning(job) && !isEnded(job.state);
}

function begin(job: StatusJob): number {
  return job.startedAt ?? job.createdAt;
}

/** What is looked at just now has no turn to wait for. An older daemon ranks nothing: there it is priority, then age. */
function byTurn(a: StatusJob, b: StatusJob): number {
  const rank = (a.rank ?? 0) - (b.rank ?? 0);
  return rank || b.priority - a.priority || a.createdAt - b.createdAt || byId(a, b);
}

function end(job: StatusJob): number {
  return job.endedAt ?? job.createdAt;
}

function byId(a: StatusJob, b: StatusJob): number {
  return a.id < b.id ? -1 : 1;
}

/** Every word of the query is in a path, the preset, the worker, the state or the reason. */
export function searchJobs(jobs: readonly StatusJob[], query: string): readonly StatusJob[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return jobs;
  return jobs.filter((job) => {
    const text = searchedText(job).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function searchedText(job: StatusJob): string {
  return [
    ...job.sources.map((source) => source.path),
    ...job.outputs.map((output) => output.path ?? ''),
    job.preset,
    job.worker ?? '',
    job.state,
    job.reason?.message ?? '',
  ].join('\n');
}

export interface Totals {
  readonly doneToday: number;
  readonly failedToday: number;
  /** Seconds of media that wait, as far as they are known. */
  readonly waitingSeconds: number;
  /** Bytes of the sources less bytes of the results; negative when the results are larger. */
  readonly savedBytes: number;
  /** Bytes of the sources that `savedBytes` is about. */
  readonly sourceBytes: number;
  /** Results that `savedBytes` is about. */
  readonly results: number;
}

/** `midnight`: when the day began here, milliseconds since the epoch. */
export function sumUp(jobs: readonly StatusJob[], midnight: number): Totals {
  const today = jobs.filter((job) => (job.endedAt ?? 0) >= midnight);
  const sizes = jobs.map(sizesOf).filter((pair) => pair !== undefined);
  const sourceBytes = sum(sizes.map((pair) => pair.source));
  return {
    doneToday: today.filter((job) => job.state === 'done').length,
    waitingSeconds: sum(jobs.filter(isWaiting).flatMap(({ sources }) => sources[0]?.duration ?? [])),
    failedToday: today.filter((job) => job.state === 'failed').length,
    savedBytes: sourceBytes - sum(sizes.map((pair) => pair.result)),
    sourceBytes,
    results: sizes.length,
  };
}

/** Both sizes of a job that is done, in bytes; undefined while one of them is not known. */
export function sizesOf(job: StatusJob): { source: number; result: number } | undefined {
  if (job.state !== 'done') return undefined;
  const [source, result] = [sourceBytes(job), resultBytes(job)];
  return source === undefined || result === undefined ? undefined : { source, result };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Milliseconds since the epoch at which the local day of `now` began. */
export function midnightBefore(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}

export interface Ended {
  readonly done: readonly StatusJob[];
  readonly failed: readonly StatusJob[];
}

/** Jobs that ended between two snapshots, for those who listen instead of looking. */
export function endedSince(before: readonly StatusJob[] | undefined, after: readonly StatusJob[]): Ended {
  const open = new Set(before?.filter((job) => !isEnded(job.state)).map((job) => job.id));
  const ended = after.filter((job) => open.has(job.id));
  return {
    done: ended.filter((job) => job.state === 'done'),
    failed: ended.filter((job) => job.state === 'failed'),
  };
}
