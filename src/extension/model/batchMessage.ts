import { andMore, describeResult, formatBytes, formatSizeChange } from '../../encoding/formatting.ts';
import {
  placedOutputs,
  resultBytes,
  sourceBytes,
  whyNothing,
  wholeVerdict,
} from '../../protocol/jobResults.ts';
import type { Job } from '../../protocol/model.ts';
import type { NotificationLevel } from '../settings.ts';
import { errorText } from './errorText.ts';
import { describeJob, fileNameOf, jobLabel, namedMessage, resultPath } from './jobPresentation.ts';

/** What is said when the jobs of one click have all ended. */
export interface BatchMessage {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
  /** A result to reveal and, when it is the only one, to open. */
  readonly result: { readonly path: string; readonly only: boolean } | undefined;
  readonly failed: readonly Job[];
}

/** How many failures are named; the Jobs view has them all. */
const namedFailures = 3;

/** Undefined: nothing that a person does not know (all were cancelled) or wants to know. */
export function batchMessage(jobs: readonly Job[], level: NotificationLevel): BatchMessage | undefined {
  const done = jobs.filter(({ state }) => state === 'done');
  const failed = jobs.filter(({ state }) => state === 'failed');
  if (level === 'none' || (failed.length === 0 && (level === 'failures' || done.length === 0)))
    return undefined;
  const texts = [
    ...(done.length === 0 ? [] : [doneText(done, jobs.length)]),
    ...(failed.length === 0 ? [] : [failedText(failed, jobs.length)]),
  ];
  const path = done.map(resultPath).find((candidate) => candidate !== undefined);
  return {
    severity: failed.length > 0 ? 'error' : done.some(hasWarnings) ? 'warning' : 'information',
    text: texts.join(' '),
    result: path === undefined ? undefined : { path, only: done.length === 1 },
    failed,
  };
}

function doneText(done: readonly Job[], total: number): string {
  const [only] = done;
  if (only && total === 1) return `${oneResult(only)}${firstFinding(only)}`;
  const count = done.length === total ? `${total} files encoded` : `${done.length} of ${total} files encoded`;
  const sizes = done.map((job) => ({ from: sourceBytes(job), to: resultBytes(job) }));
  const from = sum(sizes.map((size) => size.from));
  const to = sum(sizes.map((size) => size.to));
  const warned = done.filter(hasWarnings).length;
  const verified = warned === 0 ? 'verified' : `${warned} with warnings`;
  if (from === undefined || to === undefined) return `${count}, ${verified}.`;
  const change = formatSizeChange(from, to);
  return `${count}, ${formatBytes(from)} → ${formatBytes(to)}${change === undefined ? '' : ` (${change})`}, ${verified}.`;
}

function oneResult(job: Job): string {
  const placed = placedOutputs(job);
  const [first] = placed;
  if (first === undefined) return `${jobLabel(job)}: ${whyNothing(job) ?? 'done'}`;
  const bytes = resultBytes(job);
  const sizes = bytes === undefined ? '' : `, ${describeResult(sourceBytes(job), bytes, wholeVerdict(job))}`;
  return `${jobLabel(job)} → ${andMore(fileNameOf(first.path), placed.length)}${sizes}`;
}

function firstFinding(job: Job): string {
  const finding = wholeVerdict(job)?.findings[0];
  return finding ? `: ${finding.message}` : '';
}

function failedText(failed: readonly Job[], total: number): string {
  const [only] = failed;
  if (only && total === 1) return sentence(only);
  const named = failed
    .slice(0, namedFailures)
    .map((job) => `${jobLabel(job)} (${describeJob(job, undefined).replace(/\.$/, '')})`);
  const more = failed.length > namedFailures ? ` and ${failed.length - namedFailures} more` : '';
  return `${failed.length === 1 ? '1 file' : `${failed.length} files`} failed: ${named.join(', ')}${more}.`;
}

/** Begins with the file's name. */
function sentence(job: Job): string {
  const name = jobLabel(job);
  const message = namedMessage(job) ?? 'the encode failed.';
  return errorText({
    message: message.startsWith(name) ? message : `${name}: ${message}`,
    hint: job.reason?.hint,
  });
}

function hasWarnings(job: Job): boolean {
  return wholeVerdict(job)?.level === 'warn';
}

/** Undefined when one of them is not known. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    0,
  );
}
