import type { OutputPreset } from './output.ts';
import { bitsPerSecond, bytesOf } from './presetValues.ts';
import type { VideoPreset } from './presetVideo.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import type { VideoEncoderEntry, VideoRate } from './videoEncoders.ts';

/** How well the picture is compressed: from a preset's words to what the encoder is told. */

export interface RateFacts {
  /** Seconds of the result; missing where the source does not say. */
  readonly duration?: number | undefined;
  /** Bits per second of everything beside the picture. */
  readonly otherBitsPerSecond: number;
  /** The picture that is encoded. */
  readonly source?: { readonly codec: string; readonly bitsPerSecond: number } | undefined;
  /** What a search for the target quality has found. */
  readonly crf?: number | undefined;
}

export interface ResolvedRate {
  readonly rate: VideoRate;
  /** Bits per second. */
  readonly maxBitrate?: number;
  /** The crf is to be searched for first; `rate` stands in for it meanwhile. */
  readonly needsQuality: boolean;
}

/** Share of a file that is not picture and sound: headers, index, time stamps. */
const overhead = 0.02;
/** Bits per second; below it there is hardly a picture at any size. */
const leastSensible = 50_000;

export function resolveRate(
  video: VideoPreset,
  entry: VideoEncoderEntry,
  facts: RateFacts,
): Outcome<ResolvedRate> {
  const maxBitrate = video.maxBitrate === undefined ? undefined : bitsPerSecond(video.maxBitrate);
  const resolved = (rate: VideoRate, needsQuality = false) =>
    ({ ok: true, rate, needsQuality, ...(maxBitrate === undefined ? {} : { maxBitrate }) }) as const;
  if (video.bitrate !== undefined)
    return resolved({ mode: 'bitrate', bitsPerSecond: bitsPerSecond(video.bitrate) });
  if (video.targetSize !== undefined) {
    const fitting = bitrateForSize(video.targetSize, facts);
    return fitting.ok
      ? resolved({
          mode: 'bitrate',
          bitsPerSecond: Math.min(fitting.bits, maxBitrate ?? Infinity, enoughFor(facts.source)),
        })
      : fitting;
  }
  if (video.targetQuality !== undefined)
    return resolved({ mode: 'crf', crf: facts.crf ?? entry.defaultCrf }, facts.crf === undefined);
  return resolved({ mode: 'crf', crf: video.crf ?? entry.defaultCrf });
}

/** Bits of H.264 that show what one bit of these shows, generously; of older ones a bit is one. */
const bitsOfH264: Readonly<Record<string, number>> = { h264: 1.5, hevc: 3, vp9: 3, av1: 4 };

/** A size is not filled up for its own sake: more bits than the source has show nothing more. */
function enoughFor(source: RateFacts['source']): number {
  if (!source) return Infinity;
  return Math.max(10 * leastSensible, Math.round(source.bitsPerSecond * (bitsOfH264[source.codec] ?? 1)));
}

/** The rate control that the preset asks for; undefined where this encoder has none. */
export function rateModeOf(video: VideoPreset, entry: VideoEncoderEntry): VideoRate['mode'] | undefined {
  if (entry.rateModes.length === 0) return undefined;
  return (video.bitrate ?? video.targetSize) === undefined ? 'crf' : 'bitrate';
}

/** Bytes that the whole result may have, where the preset says. */
export function targetBytes({ video }: Pick<OutputPreset, 'video'>): number | undefined {
  return video && video.targetSize !== undefined ? bytesOf(video.targetSize) : undefined;
}

function bitrateForSize(
  size: string,
  { duration, otherBitsPerSecond }: RateFacts,
): Outcome<{ bits: number }> {
  if (duration === undefined || duration <= 0)
    return refuse(
      'preset-invalid',
      `The result is to have ${size}, but how long the source lasts is unknown.`,
      'Use crf or bitrate in place of targetSize.',
      ['targetSize'],
    );
  const whole = (bytesOf(size) * 8 * (1 - overhead)) / duration;
  const bits = Math.floor(whole - otherBitsPerSecond);
  if (bits >= leastSensible) return { ok: true, bits };
  const needed = ((leastSensible + otherBitsPerSecond) * duration) / (8 * (1 - overhead));
  return refuse(
    'preset-invalid',
    `Into ${size} go ${kilobits(Math.max(0, whole))} kb/s for ${minutes(duration)}, of which the sound takes ${kilobits(otherBitsPerSecond)}: too little is left for a picture.`,
    `Choose a targetSize of at least ${Math.ceil(needed / 1e6)}MB, less sound, or a shorter part.`,
    ['targetSize'],
  );
}

function kilobits(bits: number): string {
  return String(Math.round(bits / 1000));
}

function minutes(duration: number): string {
  const whole = Math.round(duration);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`;
}
