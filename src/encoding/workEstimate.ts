import { spanDuration, spanOf } from './commandParts.ts';
import { planFrameRate } from './frameRate.ts';
import { asSeen, type Size } from './geometry.ts';
import { outputKind, type OutputPreset } from './output.ts';
import { rungsFor } from './planLadder.ts';
import { fitKnown } from './pictureSize.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { pickVideo } from './streams.ts';

/**
 * How much there is to do for an output, before anything is run: pixels × frames of a picture, seconds of sound. What a
 * worker makes of it in a second is learnt by `key`, within which all works are alike but for their amount.
 */
export interface Work {
  /** The encoder, for a picture with the preset's speed; `copy`, `still`. */
  readonly key: string;
  /** Megapixels of a picture, seconds of sound, megabytes of what is copied, pictures of a still. */
  readonly amount: number;
}

/** The encoders that the worker will choose; missing where none is needed. */
export interface ChosenEncoders {
  readonly video?: string | undefined;
  readonly audio?: string | undefined;
}

/** To decode and scale a pixel of the source costs this part of encoding one of the result. */
const decodingShare = 0.15;
/** Two passes take so many times as long as one; measuring the loudness reads all the sound once more. */
const twoPasses = 1.5;
const measuredLoudness = 1.5;
/** Where the source does not say. */
const usualFrameRate = 25;

/** Undefined where the source does not say how long or how large it is. Several sources are joined. */
export function estimateWork(
  output: OutputPreset,
  probes: readonly Probe[],
  encoders: ChosenEncoders,
): Work | undefined {
  const [first] = probes;
  if (!first) return undefined;
  const kind = outputKind(output);
  if (kind === 'still') return { key: 'still', amount: 1 };
  const picture = output.video === false ? undefined : pickVideo(first);
  const duration = secondsOf(output, probes, picture);
  if (duration === undefined) return undefined;
  const { video, audio } = output;
  if (video && video.copy === true) return { key: 'copy', amount: copiedMegabytes(probes, duration) };
  if (video && picture) {
    const pixels = pixelsOf(output, video, picture);
    if (pixels === undefined) return undefined;
    const { frameRate = usualFrameRate } = planFrameRate(picture, 1, video, kind);
    const passes = video.passes === 2 ? twoPasses : 1;
    const key = `${encoders.video ?? 'unknown'} ${video.speed ?? 'medium'}`;
    return { key, amount: (pixels * frameRate * duration * passes) / 1e6 };
  }
  const measured = audio && audio.loudness !== undefined ? measuredLoudness : 1;
  return { key: encoders.audio ?? 'copy', amount: duration * measured };
}

function secondsOf(
  output: OutputPreset,
  probes: readonly Probe[],
  picture: ProbeStream | undefined,
): number | undefined {
  const [first, ...more] = probes;
  if (!first) return undefined;
  if (more.length > 0) {
    const durations = probes.flatMap(({ duration }) => duration ?? []);
    return durations.length < probes.length ? undefined : durations.reduce((sum, each) => sum + each, 0);
  }
  const spanned = spanOf(output.trim, first, picture);
  return spanned.ok ? spanDuration(spanned.span, picture?.duration ?? first.duration) : undefined;
}

/** Pixels of a frame: those of the result, and a share of the source's. */
function pixelsOf(output: OutputPreset, video: VideoPreset, picture: ProbeStream): number | undefined {
  const seen = asSeen(picture);
  if (!seen) return undefined;
  const source = seen.width * seen.height;
  return resultPixels(output, video, picture, seen) + source * decodingShare;
}

function resultPixels(output: OutputPreset, video: VideoPreset, picture: ProbeStream, seen: Size): number {
  if (outputKind(output) !== 'ladder') {
    const { width, height } = fitKnown(seen, video, [2, 2]);
    return width * height;
  }
  const aspect = seen.width / seen.height;
  return rungsFor(output, picture).reduce((sum, { height }) => sum + height * height * aspect, 0);
}

function copiedMegabytes(probes: readonly Probe[], seconds: number): number {
  const whole = probes.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
  const bytes = probes.reduce((sum, probe) => sum + probe.bytes, 0);
  return (bytes * (whole > 0 ? Math.min(1, seconds / whole) : 1)) / 1e6;
}
