import { andMore, describeProgress, formatPercent, describeResult } from '../../encoding/formatting.ts';
import type { Verdict } from '../../encoding/verdict.ts';
import {
  canReplace,
  canUndo,
  hasFailedHooks,
  placedOutputs,
  replacementWords,
  resultBytes,
  sourceBytes,
  whyNothing,
  wholeVerdict,
} from '../../protocol/jobResults.ts';
import { errorTable } from '../../protocol/errors.ts';
import { isEnded, type JobState } from '../../protocol/jobState.ts';
import type { Attempt, Job, Progress } from '../../protocol/model.ts';

/** How one job reads in a row. Words and flags alone; the views make VS Code's objects of them. */

export function fileNameOf(path: string): string {
  // A backslash separates only where the path is one of Windows; elsewhere it is part of a name.
  return path.split(path.startsWith('/') ? '/' : /[\\/]/).at(-1) || path;
}

export function jobLabel(job: Job): string {
  return andMore(firstSourceName(job), job.sources.length);
}

function firstSourceName(job: Job): string {
  return fileNameOf(job.sources[0]?.path ?? job.id).replaceAll(/[\r\n]+/g, '␊');
}

/** The row's grey text: `43 % · 2.1× · 3 min 20 s left`, `412 MB → 63 MB (−85 %), verified · clip.web.mp4`. */
export function describeJob(job: Job, progress: Progress | undefined): string {
  switch (job.state) {
    case 'accepted':
    case 'planned':
    case 'waiting':
      return reasonText(job) ?? 'waits for its turn';
    case 'paused':
      return 'paused';
    case 'probing':
      return 'looking at the file';
    case 'running':
      if (isBeingCancelled(job)) return 'being cancelled';
      return job.suspended ? pausedText(progress) : runningText(progress);
    case 'verifying':
      return 'checking the result';
    case 'committing':
      return reasonText(job) ?? 'putting the result in place';
    case 'done':
      return resultText(job);
    case 'failed':
      return reasonText(job) ?? 'failed';
    case 'cancelled':
      return 'cancelled';
  }
}

/** Without the file's path, which the row's label says already. */
function reasonText(job: Job): string | undefined {
  const message = namedMessage(job);
  const start = `${firstSourceName(job)} `;
  return message?.startsWith(start) ? message.slice(start.length) : message;
}

/** Why it waits or failed, with the source's name in place of its path. */
export function namedMessage(job: Job): string | undefined {
  const path = job.sources[0]?.path;
  return path === undefined
    ? job.reason?.message
    : job.reason?.message.replaceAll(path, firstSourceName(job));
}

function pausedText({ fraction }: Partial<Progress> = {}): string {
  return fraction === undefined ? 'paused' : `paused at ${formatPercent(fraction)}`;
}

function runningText(progress: Progress | undefined): string {
  const { fraction, speed, eta, step } = progress ?? {};
  // Until the first packet comes out there is no speed, only a nought.
  return describeProgress({ fraction, speed: speed || undefined, eta, step }) || 'starting';
}

/** Sizes and verdict first: in a narrow view the name, which can be guessed, is what is cut off. */
function resultText(job: Job): string {
  const placed = placedOutputs(job);
  const [first] = placed;
  const bytes = resultBytes(job);
  if (first === undefined) return whyNothing(job) ?? 'done';
  const name = andMore(fileNameOf(first.path), placed.length);
  if (bytes === undefined) return name;
  const verdict = wholeVerdict(job);
  // In a row there is room for a word; the tooltip has the sentence.
  const sizes = describeResult(sourceBytes(job), bytes, undefined);
  const words = [sizes, verdict && verdictWords[verdict.level], replacementWords(job)];
  return `${words.filter(Boolean).join(', ')} · ${name}`;
}

const verdictWords: Record<Verdict['level'], string> = {
  pass: 'verified',
  warn: 'with warnings',
  fail: 'not verified',
};

/** Asked for, and ffmpeg is still on its way out. */
function isBeingCancelled({ state, reason }: Job): boolean {
  return reason?.code === 'cancelled' && !isEnded(state);
}

const stateWords: Record<JobState, string> = {
  accepted: 'waiting',
  probing: 'waiting',
  planned: 'waiting',
  waiting: 'waiting',
  paused: 'paused',
  running: 'encoding',
  verifying: 'encoding',
  committing: 'encoding',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** For a screen reader and the tooltip's head. */
export function stateWord(job: Job): string {
  return job.suspended ? stateWords.paused : stateWords[job.state];
}

/** A codicon and the id of a theme colour. */
export function jobIcon(job: Job): { readonly icon: string; readonly color?: string } {
  switch (job.state) {
    case 'accepted':
    case 'planned':
    case 'waiting':
      return job.reason?.code === 'ffmpeg-missing'
        ? { icon: 'warning', color: 'list.warningForeground' }
        : { icon: 'clock' };
    case 'paused':
      return { icon: 'debug-pause' };
    case 'probing':
      return { icon: 'search' };
    case 'running':
    case 'verifying':
    case 'committing':
      if (job.suspended && !isBeingCancelled(job)) return { icon: 'debug-pause' };
      return job.reason && !isBeingCancelled(job)
        ? { icon: 'warning', color: 'list.warningForeground' }
        : { icon: 'sync~spin', color: 'progressBar.background' };
    case 'done':
      return wholeVerdict(job)?.level === 'warn' || job.replacement?.state === 'held'
        ? { icon: 'warning', color: 'list.warningForeground' }
        : { icon: 'pass', color: 'testing.iconPassed' };
    case 'failed':
      return { icon: 'error', color: 'testing.iconFailed' };
    case 'cancelled':
      return { icon: 'circle-slash', color: 'disabledForeground' };
  }
}

export function canPause(job: Job): boolean {
  const held = job.state === 'paused' || job.suspended;
  return !held && !isEnded(job.state) && !isBeingCancelled(job);
}

export function canResume(job: Job): boolean {
  return (job.state === 'paused' || job.suspended) && !isBeingCancelled(job);
}

/** Flags that when-clauses match: `job+done+result+log+command`. */
export function jobContext(job: Job): string {
  const flags: string[] = ['job', job.state];
  if (!isEnded(job.state) && !isBeingCancelled(job)) flags.push('cancellable');
  if (canPause(job)) flags.push('pausable');
  if (canResume(job)) flags.push('resumable');
  if (job.state === 'failed' || job.state === 'cancelled') flags.push('retryable');
  if (job.state === 'failed' || waitsForFolder(job)) flags.push('helpable');
  if (canUndo(job)) flags.push('undoable');
  if (hasFailedHooks(job)) flags.push('hooksFailed');
  if (canReplace(job)) flags.push('replaceable');
  if (resultPath(job) !== undefined) flags.push('result');
  if (job.attempts.length > 0) flags.push('log');
  if (lastCommand(job)) flags.push('command');
  return flags.join('+');
}

/** For a destination that is full or gone. */
function waitsForFolder({ state, reason }: Job): boolean {
  return !isEnded(state) && reason !== undefined && errorTable[reason.code] === 'destination';
}

/** The first that lies at its place, also of a job that made no more. */
export function resultPath(job: Job): string | undefined {
  return placedOutputs(job)[0]?.path;
}

/** The latest attempt that encoded, else the latest of any kind. */
export function lastAttempt(job: Job): Attempt | undefined {
  return job.attempts.findLast(({ kind }) => kind === 'encode') ?? job.attempts.at(-1);
}

/** The exact command of the latest encode, the binary first. */
export function lastCommand(job: Job): readonly string[] | undefined {
  return job.attempts.findLast(({ kind, argv }) => kind === 'encode' && argv !== undefined)?.argv;
}
