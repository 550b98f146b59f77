import { formatBytes } from '../encoding/formatting.ts';
import { outputKind, type OutputPreset } from '../encoding/output.ts';
import { outputsOf } from '../encoding/presetOutputs.ts';
import type { Probe } from '../encoding/probe.ts';
import type { Finding, Verdict } from '../encoding/verdict.ts';
import { DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { OnSuccess, Replacement } from '../protocol/model.ts';
import { resultLacks } from './resultLacks.ts';
import type { JobRecord } from './store/records.ts';

/** Whether a result may take the place of its source: pure, from what is known of both. */

export type ReplacementDecision = Pick<Replacement, 'reason'> & {
  readonly state: Extract<Replacement['state'], 'replacing' | 'held' | 'refused'>;
};

/** Throws `request-invalid` where a replacement makes no sense, before anything is encoded. */
export function checkReplaceable(
  job: Pick<JobRecord, 'sources' | 'presetData'> & { readonly onSuccess: OnSuccess },
): void {
  if (job.onSuccess === 'keep') return;
  const outputs = outputsOf(job.presetData);
  const why =
    job.sources.length > 1
      ? 'Several sources are joined'
      : outputs.length > 1
        ? 'The preset makes several results'
        : outputs.some((output) => outputKind(output) === 'ladder')
          ? 'The preset makes a folder'
          : undefined;
  if (why === undefined) return;
  throw new DffmpegError('request-invalid', `${why}: there is no one file to take the place of the source.`, {
    hint: 'Keep the source, or choose a preset that makes one file of one.',
  });
}

/** At once, after a person looked, or never. */
export function decideReplacement(
  job: Pick<JobRecord, 'id' | 'presetData' | 'probes' | 'sources'>,
  result: { readonly bytes: number; readonly verdict: Verdict },
  minimumGainPercent: number,
): ReplacementDecision {
  const sourceBytes = job.sources[0]?.bytes ?? 0;
  const gain = sourceBytes > 0 ? (1 - result.bytes / sourceBytes) * 100 : 0;
  if (gain < minimumGainPercent)
    return { state: 'refused', reason: tooLittle(gain, minimumGainPercent, job, result) };
  const why = worthALook(job, result.verdict);
  if (why === undefined) return { state: 'replacing' };
  // What to do about it is told by whoever shows it, in its own way: `replacementHint`.
  return { state: 'held', reason: { code: 'conflict', message: `The source was kept, because ${why}` } };
}

function worthALook(
  { presetData, probes }: Pick<JobRecord, 'presetData' | 'probes'>,
  verdict: Verdict,
): string | undefined {
  const [source] = probes ?? [];
  const [output] = outputsOf(presetData);
  const warning = verdict.findings.find(({ level }) => level !== 'note')?.message;
  const lacks = lacksText(source, output, verdict.findings);
  if (lacks !== undefined)
    return warning === undefined ? `${lacks}.` : `${lacks}. Its check has a warning, too: ${warning}`;
  if (warning !== undefined) return `the check of the result has a warning: ${warning}`;
  if (verdict.level !== 'pass') return 'the result was not found right.';
  return !source || !output ? 'what it holds is not known.' : undefined;
}

function lacksText(
  source: Probe | undefined,
  output: OutputPreset | undefined,
  findings: readonly Finding[],
): string | undefined {
  if (output && outputKind(output) === 'still') return 'the result is one picture of it';
  if (output?.trim) return 'the result is only a part of it';
  const lacks = resultLacks(source, output, findings);
  return lacks.length === 0 ? undefined : `the result lacks ${inWords(lacks)}`;
}

/** `a, b and c` */
function inWords(parts: readonly string[]): string {
  const head = parts.slice(0, -1);
  return [...(head.length > 0 ? [head.join(', ')] : []), ...parts.slice(-1)].join(' and ');
}

function tooLittle(
  gain: number,
  minimum: number,
  { sources }: Pick<JobRecord, 'sources'>,
  { bytes }: { readonly bytes: number },
): ErrorData {
  const by = Math.abs(gain).toFixed(1);
  const how = by === '0.0' ? 'about as large' : gain >= 0 ? `only ${by} % smaller` : `${by} % larger`;
  return {
    code: 'conflict',
    message: `The source was kept: the result is ${how} (${formatBytes(bytes)} against ${formatBytes(sources[0]?.bytes ?? 0)}), and at least ${minimum} % less is asked for.`,
    hint: 'The setting “replaceMinimumGainPercent” says how much is enough.',
  };
}
