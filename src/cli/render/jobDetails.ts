import { describeForecast, describeRetry, formatBytes, formatDuration } from '../../encoding/formatting.ts';
import { replaceCommand, replacementHint, replacementText } from '../../protocol/jobResults.ts';
import { hookText } from '../../protocol/hookText.ts';
import type { Attempt, Job, Replacement } from '../../protocol/model.ts';
import { printable } from '../../encoding/printable.ts';
import { findingText, stateText, type TextOptions } from './jobText.ts';
import { toCommandLine } from '../../encoding/commandLine.ts';

/** All of a job, for a person: whole paths and commands that can be pasted. */
export function jobDetails(
  job: Job,
  options: TextOptions & { readonly platform: string; readonly now: number },
): string[] {
  const { style } = options;
  const field = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`${style.dim(name.padEnd(9))} ${value}`];
  return [
    ...field('job', style.bold(job.id)),
    ...field('state', stateField(job)),
    ...field('preset', job.preset),
    ...field('from', job.client),
    ...field('priority', String(job.priority)),
    ...field('requires', job.require?.join(' ')),
    ...field('prefers', job.prefer?.join(' ')),
    ...job.sources.flatMap(({ path, bytes }) => field('source', withSize(path, bytes))),
    ...job.outputs.flatMap(({ name, state, path, bytes, verdict }) => [
      ...field('result', path === undefined ? `${name ?? ''} ${state}`.trim() : withSize(path, bytes)),
      ...(verdict?.findings ?? []).flatMap((finding) => field('', findingText(finding, style))),
    ]),
    ...field('reason', job.reason && printable(job.reason.message)),
    ...field('', job.reason?.hint && printable(job.reason.hint)),
    ...field('again', describeRetry(job.retryAt, options.now)),
    ...field(job.replacement ? replacementLabels[job.replacement.state] : '', replacementText(job)),
    ...field('', replacementHint(job, replaceCommand(job))),
    ...field('', job.replacement?.aside && printable(job.replacement.aside)),
    ...(job.hooks ?? []).flatMap((hook) => field('hook', printable(hookText(hook)))),
    ...field('expected', job.forecast && describeForecast(job.forecast, options.now)),
    ...field('created', new Date(job.createdAt).toISOString()),
    ...field('ended', job.endedAt === undefined ? undefined : new Date(job.endedAt).toISOString()),
    ...job.attempts.flatMap((attempt) => attemptLines(attempt, options)),
  ];
}

const replacementLabels = {
  replacing: 'replacing',
  replaced: 'replaced',
  held: 'held',
  refused: 'kept',
  undoing: 'undoing',
  undone: 'undone',
  expired: 'replaced',
} as const satisfies Record<Replacement['state'], string>;

/** The reason has a field of its own. */
function stateField({ reason, ...job }: Job): string {
  const text = stateText(job, undefined);
  return text === job.state || reason ? job.state : `${job.state} (${text})`;
}

function attemptLines(
  attempt: Attempt,
  { style, platform }: { style: TextOptions['style']; platform: string },
): string[] {
  const { kind, fence, worker, state, startedAt, endedAt, exit, argv, commands, error } = attempt;
  const ran = commands ?? (argv === undefined ? [] : [{ purpose: undefined, argv }]);
  const parts = [`attempt ${fence}: ${kind} on ${printable(worker)}, ${state}`];
  if (endedAt !== undefined) parts.push(`after ${formatDuration((endedAt - startedAt) / 1000)}`);
  if (exit?.signal) parts.push(`ended by ${exit.signal}`);
  else if (exit && exit.code !== null) parts.push(`exit code ${exit.code}`);
  return [
    '',
    parts.join(', '),
    ...(error === undefined ? [] : [`  ${style.bad(printable(error.message))}`]),
    ...ran.flatMap((command) => [
      // Of several, what each is for.
      ...(ran.length > 1 && command.purpose !== undefined ? [style.dim(`  # ${command.purpose}`)] : []),
      `  ${toCommandLine(command.argv, platform)}`,
    ]),
  ];
}

function withSize(path: string, bytes: number | undefined): string {
  return bytes === undefined ? printable(path) : `${printable(path)} (${formatBytes(bytes)})`;
}
