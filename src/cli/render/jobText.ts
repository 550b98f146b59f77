import {
  andMore,
  describeProgress,
  describeResult,
  formatPercent,
  plural,
} from '../../encoding/formatting.ts';
import type { Finding, Verdict } from '../../encoding/verdict.ts';
import {
  canReplace,
  canUndo,
  placedOutputs,
  replaceCommand,
  replacementHint,
  replacementText,
  replacementWords,
  resultBytes,
  sourceBytes,
  whyNothing,
  whySkipped,
  wholeVerdict,
} from '../../protocol/jobResults.ts';
import type { Job, Output, Progress } from '../../protocol/model.ts';
import { printable } from '../../encoding/printable.ts';
import { shortenPath } from '../paths.ts';
import type { Style } from '../style.ts';

export interface TextOptions {
  readonly style: Style;
  readonly cwd: string;
  readonly home?: string | undefined;
}

const pathWidth = 60;

/** `clip.mp4` */
export function sourceName(job: Job, { cwd, home }: TextOptions): string {
  return andMore(
    shortenPath(job.sources[0]?.path ?? job.id, { cwd, home, width: pathWidth }),
    job.sources.length,
  );
}

/** What a job does now, in a few words. */
export function stateText(job: Job, progress: Progress | undefined): string {
  switch (job.state) {
    case 'accepted':
    case 'planned':
      return job.reason === undefined ? 'in the queue' : `waiting: ${printable(job.reason.message)}`;
    case 'waiting':
      return job.reason === undefined ? 'waiting' : `waiting: ${printable(job.reason.message)}`;
    case 'paused':
      return 'paused';
    case 'probing':
      return 'looking at the source';
    case 'running':
      if (job.suspended)
        return `paused${progress?.fraction === undefined ? '' : ` at ${formatPercent(progress.fraction)}`}`;
      return (progress && describeProgress(progress)) || 'starting';
    case 'verifying':
      return 'checking the result';
    case 'committing':
      return job.reason === undefined ? 'putting the result in place' : printable(job.reason.message);
    case 'done':
      return resultText(job);
    case 'failed':
      return job.reason === undefined ? 'failed' : printable(job.reason.message);
    case 'cancelled':
      return 'cancelled';
  }
}

/** How a job ended: one line, and lines below it for what a person should know. */
export function resultLines(job: Job, options: TextOptions): string[] {
  const { style } = options;
  const name = sourceName(job, options);
  if (job.state === 'cancelled') return [`${style.warn('–')} ${name}: cancelled`];
  if (job.state !== 'done') {
    const reason = job.reason ?? { message: 'It failed.', hint: undefined };
    const lines = [`${style.bad('✗')} ${name}: ${printable(reason.message)}`];
    if (reason.hint !== undefined) lines.push(`    ${printable(reason.hint)}`);
    if (hasRun(job)) lines.push(`    dffmpeg job logs ${job.id} shows what ffmpeg said.`);
    return lines;
  }
  const lines = placedOutputs(job).map(({ path, bytes, verdict }) => {
    const result = shortenPath(path, { cwd: options.cwd, home: options.home, width: pathWidth });
    return `${style.good('✓')} ${name} → ${style.bold(result)}, ${sizesText(sourceBytes(job), bytes, verdict)}`;
  });
  const skipped = job.outputs.flatMap((output) => {
    const why = whySkipped(output);
    return why === undefined ? [] : [`${style.warn('–')} ${skippedName(output, name)}: ${printable(why)}`];
  });
  const findings = wholeVerdict(job)?.findings ?? [];
  return [
    ...lines,
    ...skipped,
    ...findings.map((finding) => `    ${findingText(finding, style)}`),
    ...replacementLines(job, style),
  ];
}

/** What was refused before says all in its reason. */
function hasRun({ attempts }: Job): boolean {
  return attempts.some(({ argv, exit }) => argv !== undefined || exit !== undefined);
}

/** What became of the source, and what can be done about it. */
function replacementLines(job: Job, style: Style): string[] {
  const text = replacementText(job);
  if (text === undefined) return [];
  const mark = canReplace(job) ? style.warn('!') : style.dim('·');
  const lines = [`    ${mark} ${printable(text)}`];
  if (canUndo(job))
    lines.push(
      `      dffmpeg job undo ${job.id} ${job.replacement?.state === 'replacing' ? 'calls that off' : 'puts it back'}.`,
    );
  const hint = replacementHint(job, replaceCommand(job));
  if (hint !== undefined) lines.push(`      ${printable(hint)}`);
  return lines;
}

function skippedName({ name: output }: Output, source: string): string {
  return output === undefined ? source : `${source}, ${output}`;
}

/** A note is worth knowing, the rest is worth a look. */
export function findingText({ level, message }: Finding, style: Style): string {
  return level === 'note' ? style.dim(`· ${printable(message)}`) : `${style.warn('!')} ${printable(message)}`;
}

/** `412 MB → 63 MB (−85 %), verified`; of several results, all together. */
function resultText(job: Job): string {
  const why = whyNothing(job);
  if (why !== undefined) return printable(why);
  const { length } = placedOutputs(job);
  const sizes = sizesText(sourceBytes(job), resultBytes(job), wholeVerdict(job));
  const words = [length > 1 && plural(length, 'result'), sizes, replacementWords(job)];
  return words.filter(Boolean).join(', ');
}

function sizesText(
  source: number | undefined,
  result: number | undefined,
  verdict: Verdict | undefined,
): string {
  return result === undefined ? 'done' : describeResult(source, result, verdict);
}
