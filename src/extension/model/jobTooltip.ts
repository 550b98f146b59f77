import {
  describeForecast,
  describeRetry,
  formatBytes,
  formatDuration,
  formatSizeChange,
} from '../../encoding/formatting.ts';
import { replacementHint, replacementText, sourceBytes } from '../../protocol/jobResults.ts';
import { hookText } from '../../protocol/hookText.ts';
import type { Exit, Job } from '../../protocol/model.ts';
import { toCommandLine } from '../../encoding/commandLine.ts';
import { jobLabel, lastAttempt, lastCommand, stateWord } from './jobPresentation.ts';
import { errorText } from './errorText.ts';
import { codeBlock, escapeMarkdown } from './markdown.ts';

/** All that is known of a job, in Markdown; every word that came from outside is escaped. */
export function jobTooltip(
  job: Job,
  { platform = process.platform, now = Date.now() }: { platform?: string; now?: number } = {},
): string {
  const command = lastCommand(job);
  const blocks = [
    `**${escapeMarkdown(jobLabel(job))}** · ${stateWord(job)}`,
    reason(job),
    retry(job, now),
    job.forecast && escapeMarkdown(sentence(describeForecast(job.forecast, now))),
    findings(job),
    replacement(job),
    facts(job).join('  \n'),
    command ? codeBlock(toCommandLine(command, platform), 'sh') : undefined,
  ];
  return blocks.filter(Boolean).join('\n\n');
}

function reason({ reason: error }: Job): string | undefined {
  return error && escapeMarkdown(errorText(error));
}

function retry({ retryAt }: Job, now: number): string | undefined {
  const text = describeRetry(retryAt, now);
  return text && escapeMarkdown(sentence(text));
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function findings(job: Job): string | undefined {
  const lines = job.outputs.flatMap(({ verdict }) => verdict?.findings ?? []);
  return lines.map(({ message }) => `- ${escapeMarkdown(message)}`).join('\n');
}

function replacement(job: Job): string | undefined {
  const text = replacementText(job);
  return (
    text &&
    escapeMarkdown([text, replacementHint(job, 'Replace Anyway, in its menu.')].filter(Boolean).join(' '))
  );
}

function facts(job: Job): string[] {
  const attempt = lastAttempt(job);
  const from = sourceBytes(job);
  const change = (bytes: number | undefined): string | undefined =>
    from === undefined || bytes === undefined ? undefined : formatSizeChange(from, bytes);
  return [
    ...job.sources.map(({ path, bytes, duration }) => fact('Source', path, size(bytes), seconds(duration))),
    ...job.outputs.flatMap(({ path, bytes }) =>
      path === undefined ? [] : [fact('Result', path, size(bytes), change(bytes))],
    ),
    ...(job.replacement?.aside === undefined ? [] : [fact('Set aside', job.replacement.aside)]),
    fact('Preset', job.preset),
    ...(job.require ? [fact('Requires', job.require.join(' '))] : []),
    ...(job.prefer ? [fact('Prefers', job.prefer.join(' '))] : []),
    ...(attempt ? [fact('Worker', attempt.worker)] : []),
    ...(job.startedAt !== undefined && job.endedAt !== undefined
      ? [fact('Took', formatDuration((job.endedAt - job.startedAt) / 1000))]
      : []),
    ...(attempt?.exit && job.state === 'failed' ? [fact('ffmpeg', exitText(attempt.exit))] : []),
    ...(job.hooks ?? []).map((hook) => fact('Hook', hookText(hook))),
    ...(job.attempts.length > 2 ? [fact('Attempts', String(job.attempts.length))] : []),
  ];
}

function fact(name: string, ...values: (string | undefined)[]): string {
  return `${name}: ${values
    .filter((value) => value !== undefined)
    .map(escapeMarkdown)
    .join(' · ')}`;
}

function size(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : formatBytes(bytes);
}

function seconds(duration: number | undefined): string | undefined {
  return duration === undefined ? undefined : formatDuration(duration);
}

function exitText({ code, signal }: Exit): string {
  return signal === null ? `ended with ${code ?? 'no code'}` : `was ended by ${signal}`;
}
