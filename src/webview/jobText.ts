import {
  andMore,
  formatBytes,
  formatSizeChange,
  describeForecast,
  describeRetry,
  describeLeft,
  formatDuration,
  formatPercent,
  formatFrameRate,
  formatSpeed,
} from '../encoding/formatting.ts';
import { replacementText, whyNothing, wholeVerdict } from '../protocol/jobResults.ts';
import type { Progress } from '../protocol/model.ts';
import type { StatusJob } from '../protocol/statusPageContract.ts';
import { sizesOf, type Ended } from './viewModel.ts';

/** The sentences of a job's row. Numbers are written by the formatting that the whole project shares. */

export function fileName(path: string): string {
  const separators = path.startsWith('/') ? /\// : /[\\/]/;
  return path.split(separators).at(-1) || path;
}

export function sourceName(job: StatusJob): string {
  return andMore(fileName(job.sources[0]?.path ?? job.id), job.sources.length);
}

/** `clip.mp4 → clip.web.mp4`, once it is known what the result will be called. */
export function jobTitle(job: StatusJob): string {
  const ended = job.state === 'failed' || job.state === 'cancelled';
  const results = job.outputs.flatMap(({ path }) => path ?? []);
  const [first] = results;
  if (first === undefined || ended) return sourceName(job);
  return `${sourceName(job)} → ${andMore(fileName(first), results.length)}`;
}

export interface ProgressText {
  readonly percent: string;
  readonly rate: string;
  readonly speed: string;
  readonly left: string;
}

export function progressText(job: StatusJob, progress: Progress | undefined): ProgressText {
  const { fraction, framesPerSecond, speed } = progress ?? {};
  return {
    percent: fraction === undefined ? '–' : formatPercent(fraction),
    rate: framesPerSecond === undefined ? '' : formatFrameRate(framesPerSecond),
    speed: speed === undefined ? '' : formatSpeed(speed),
    left: leftText(job, progress),
  };
}

function leftText(job: StatusJob, progress: Progress | undefined): string {
  if (job.suspended) return 'paused';
  if (job.state === 'verifying') return 'checking the result';
  if (job.state === 'committing') return 'putting in place';
  return progress?.eta === undefined ? '' : describeLeft(progress.eta);
}

export function runningDetail(job: StatusJob, progress: Progress | undefined): string {
  const written = progress?.bytes === undefined ? undefined : `${formatBytes(progress.bytes)} written`;
  return [job.preset, job.worker && `on ${job.worker}`, progress?.step, written].filter(Boolean).join(' · ');
}

export function waitingReason(job: StatusJob): string {
  if (job.reason) return [job.reason.message, job.reason.hint].filter(Boolean).join(' ');
  if (job.state === 'accepted') return 'Stored; the file will be looked at next.';
  if (job.state === 'probing') return 'Looking at the file…';
  return 'Waiting for a free slot.';
}

export function waitingDetail(job: StatusJob, now: number): string {
  const forecast = job.forecast && describeForecast(job.forecast, now);
  return join(job.preset, waitingReason(job), describeRetry(job.retryAt, now), forecast);
}

/** Length and size of what waits, as far as they are known. */
export function sizeText(job: StatusJob): string {
  const { duration, bytes } = job.sources[0] ?? {};
  const parts = [
    duration === undefined ? undefined : formatDuration(duration),
    bytes === undefined ? undefined : formatBytes(bytes),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

export interface Outcome {
  readonly icon: string;
  readonly tone: 'done' | 'warned' | 'failed' | 'quiet';
  readonly text: string;
  /** More that the check of the result has to say. */
  readonly findings: readonly string[];
}

export function outcomeOf(job: StatusJob): Outcome {
  if (job.state === 'cancelled')
    return { icon: 'circle-slash', tone: 'quiet', text: join(job.preset, 'Cancelled.'), findings: [] };
  if (job.state === 'failed') {
    const findings = job.outputs
      .flatMap((output) => output.verdict?.findings ?? [])
      .map(({ message }) => message);
    const reason = [job.reason?.message ?? 'It failed.', job.reason?.hint].filter(Boolean).join(' ');
    return { icon: 'error', tone: 'failed', text: join(job.preset, reason), findings };
  }
  const replaced = replacementText(job);
  const findings = [
    ...(wholeVerdict(job)?.findings ?? []).map(({ message }) => message),
    ...(replaced === undefined || job.replacement?.state === 'replaced' ? [] : [replaced]),
  ];
  const took = tookText(job);
  const nothing = whyNothing(job);
  if (nothing !== undefined)
    return { icon: 'circle-slash', tone: 'quiet', text: join(job.preset, nothing), findings };
  if (findings.length === 0)
    return {
      icon: 'pass',
      tone: 'done',
      text: join(job.preset, took, replaced === undefined ? 'verified' : `verified · ${replaced}`),
      findings,
    };
  const [only] = findings;
  const text =
    findings.length === 1 && only !== undefined ? only : `verified with ${findings.length} warnings`;
  return {
    icon: 'warning',
    tone: 'warned',
    text: join(job.preset, took, text),
    findings: findings.length === 1 ? [] : findings,
  };
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}

function tookText(job: StatusJob): string | undefined {
  if (job.startedAt === undefined || job.endedAt === undefined) return undefined;
  return `took ${formatDuration((job.endedAt - job.startedAt) / 1000)}`;
}

export function sizesText(job: StatusJob): { readonly sizes: string; readonly change: string } {
  const sizes = sizesOf(job);
  if (!sizes) return { sizes: '', change: '' };
  return {
    sizes: `${formatBytes(sizes.source)} → ${formatBytes(sizes.result)}`,
    change: formatSizeChange(sizes.source, sizes.result) ?? '',
  };
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** `at` and `now` in milliseconds since the epoch. */
export function endedText(at: number, now: number): string {
  const age = now - at;
  if (age < minute) return 'just now';
  if (age < 60 * minute) return `${Math.floor(age / minute)} min ago`;
  const when = new Date(at);
  return age < day / 2 ? `${Math.floor(age / (60 * minute))} h ago` : when.toLocaleDateString();
}

/** What is said aloud when jobs have ended. */
export function endedSentences({ done, failed }: Ended): string[] {
  const sentences: string[] = [];
  for (const job of failed) sentences.push(`${sourceName(job)} failed. ${job.reason?.message ?? ''}`.trim());
  const [only] = done;
  if (done.length === 1 && only)
    sentences.push(`${sourceName(only)} is done. ${sizesText(only).sizes}`.trim());
  else if (done.length > 1) sentences.push(`${done.length} encodes are done.`);
  return sentences;
}
