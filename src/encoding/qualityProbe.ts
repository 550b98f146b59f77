import {
  analysisArguments,
  decimal,
  inputArguments,
  leadOf,
  openable,
  spanDuration,
  spanOf,
  withLead,
} from './commandParts.ts';
import { fileUrl } from './demuxers.ts';
import { checkMetric, likenessGraph } from './likeness.ts';
import type { OutputPreset } from './output.ts';
import { planFilm } from './planFilm.ts';
import type { PlanInput } from './planInput.ts';
import type { QualityGoal } from './qualitySearch.ts';
import { pickVideo } from './streams.ts';
import { refuse, within } from './problem.ts';
import type { Outcome } from './problem.ts';
import { videoEncoderTable } from './videoEncoders.ts';

/** One sample of the film: encoded, then held against its source. */
export interface QualitySample {
  /** Both run in the attempt's folder, one after the other; the second prints the score on standard error. */
  readonly encode: readonly string[];
  readonly compare: readonly string[];
  /** Name of the sample in the folder, to be removed before the next probe. */
  readonly file: string;
  /** Seconds of media. */
  readonly duration: number;
}

const sampleCount = 5;
const sampleSeconds = 3;

/** What the search looks for, in the preset's words and on the encoder's scale. */
export function qualityGoal(input: PlanInput): Outcome<{ goal: QualityGoal; metric: 'ssim' | 'vmaf' }> {
  const { video } = input.output;
  const target = video ? video.targetQuality : undefined;
  if (!video || !target) throw new Error('Only a preset with a target quality is searched for.');
  const { metric = 'ssim' } = target;
  const able = checkMetric(metric, input.dialect);
  if (!able.ok) return within(able, 'video', 'targetQuality', 'metric');
  const planned = planFilm(withCrf(input, undefined));
  if (!planned.ok) return planned;
  const encoder = planned.plan.encoders.video;
  if (encoder === undefined)
    return refuse('source-no-stream', 'There is no picture to measure.', 'Choose a preset for sound.');
  const entry = videoEncoderTable[encoder];
  return {
    ok: true,
    metric,
    goal: {
      score: target.score,
      best: Math.round(entry.maxCrf * 0.15),
      worst: Math.round(entry.maxCrf * 0.85),
      usual: entry.defaultCrf,
      step: encoder === 'libx264' || encoder === 'libx265' ? 0.5 : 1,
    },
  };
}

/** The commands that try one crf on samples spread over the film; over all of it where it is short. */
export function qualitySamples(input: PlanInput, crf: number): Outcome<{ samples: QualitySample[] }> {
  const [source] = input.sources;
  const stream = pickVideo(source.probe);
  const opened = openable(source.probe, input.dialect);
  if (!opened.ok) return opened;
  const trimmed = spanOf(input.output.trim, source.probe, stream);
  if (!trimmed.ok) return trimmed;
  const { span } = trimmed;
  const whole = spanDuration(span, stream?.duration ?? source.probe.duration);
  const metric = (input.output.video || undefined)?.targetQuality?.metric ?? 'ssim';
  const samples: QualitySample[] = [];
  for (const [index, { start, duration }] of places(span.start, whole).entries()) {
    const name = `sample-${index + 1}`;
    const sampled = withCrf(input, crf, { name, start, duration });
    const planned = planFilm(sampled);
    if (!planned.ok) return planned;
    const { commands, result, filters } = planned.plan;
    const encode = commands.at(-1);
    const cut = spanOf(sampled.output.trim, source.probe, stream);
    if (!encode || !stream || !cut.ok) throw new Error('A sample is encoded by one command.');
    const lead = leadOf(opened.family, cut.span);
    const afterLead = lead > 0 ? `trim=start=${decimal(lead)},` : '';
    samples.push({
      encode: encode.argv,
      compare: [
        ...analysisArguments,
        ...['-i', fileUrl(result)],
        ...inputArguments(source, opened.family, withLead(cut.span, lead)),
        ...[
          '-filter_complex',
          likenessGraph([metric], {
            result: '0:v:0',
            reference: `1:${stream.index}`,
            filters: `${afterLead}${filters ?? ''}`,
          }),
        ],
        ...['-map', '[out0]', '-f', 'null', '-'],
      ],
      file: result,
      duration,
    });
  }
  return { ok: true, samples };
}

/** The input with a crf in place of the goal; a sample of the picture alone where `sample` says which. */
function withCrf(
  input: PlanInput,
  crf: number | undefined,
  sample?: { name: string; start: number; duration: number },
): PlanInput {
  const { output } = input;
  const video = { ...(output.video || {}), targetQuality: undefined, crf, passes: undefined };
  const only: Partial<OutputPreset> =
    sample === undefined
      ? {}
      : {
          ...{ name: sample.name, container: 'mkv', audio: false, subtitles: false, chapters: false },
          ...{ attachments: false, coverArt: false, minimumGain: undefined },
          trim: { start: Number(decimal(sample.start)), duration: Number(decimal(sample.duration)) },
        };
  return { ...input, output: { ...output, ...only, video } };
}

function places(from: number, duration: number | undefined): { start: number; duration: number }[] {
  const whole = duration ?? sampleSeconds;
  if (whole <= sampleCount * sampleSeconds * 1.5) return [{ start: from, duration: Number(decimal(whole)) }];
  return Array.from({ length: sampleCount }, (_, index) => ({
    start: Number(decimal(from + ((index + 0.5) * whole) / sampleCount - sampleSeconds / 2)),
    duration: sampleSeconds,
  }));
}
