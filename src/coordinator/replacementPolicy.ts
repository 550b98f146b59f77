import { formatBytes } from '../encoding/formatting.ts';
import { outputKind } from '../encoding/output.ts';
import { outputsOf } from '../encoding/presetOutputs.ts';
import { pickVideo } from '../encoding/streams.ts';
import type { Verdict } from '../encoding/verdict.ts';
import { DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { OnSuccess, Replacement } from '../protocol/model.ts';
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
  return {
    state: 'held',
    reason: {
      code: 'conflict',
      message: `The source was kept: ${why}`,
      hint: `Look at the result; if it is good, choose “Replace Anyway”, or “dffmpeg job replace ${job.id}”.`,
    },
  };
}

function worthALook(
  { presetData, probes }: Pick<JobRecord, 'presetData' | 'probes'>,
  verdict: Verdict,
): string | undefined {
  const warning = verdict.findings.find(({ level }) => level !== 'note');
  if (warning) return warning.message;
  const lost = verdict.findings.filter(({ loses }) => loses !== undefined);
  if (lost.length > 0) return lost.map(({ message }) => message).join(' ');
  if (verdict.level !== 'pass') return 'the result was not found right.';
  const [source] = probes ?? [];
  const [output] = outputsOf(presetData);
  if (!source || !output) return 'the source was not looked at.';
  const kind = outputKind(output);
  if (kind === 'still') return 'the result is one picture.';
  if (pickVideo(source) && kind === 'sound') return 'the source has a picture, the result has none.';
  if (!output.audio && source.streams.some(({ type }) => type === 'audio'))
    return 'the source has sound, the result has none.';
  if (output.trim) return 'the result is a part of it.';
  return undefined;
}

function tooLittle(
  gain: number,
  minimum: number,
  { sources }: Pick<JobRecord, 'sources'>,
  { bytes }: { readonly bytes: number },
): ErrorData {
  const by = Math.abs(gain).toFixed(1);
  const how = gain >= 0 ? `only ${by} % smaller` : `${by} % larger`;
  return {
    code: 'conflict',
    message: `The source was kept: the result is ${how} (${formatBytes(bytes)} against ${formatBytes(sources[0]?.bytes ?? 0)}), and at least ${minimum} % less is asked for.`,
    hint: 'The setting “replaceMinimumGainPercent” says how much is enough.',
  };
}
