import {
  levelTimesTen,
  maxBitrateOptions,
  optionsOf,
  parametersOf,
  passOptions,
  tenSeconds,
} from './encoderOptions.ts';
import { hdr10ParametersOfSvt } from './hdr10Metadata.ts';
import { levelsOf } from './levelLimits.ts';
import type { Speed } from './presetNames.ts';
import type { VideoEncoderEntry, VideoSettings } from './videoEncoders.ts';

/** AV1 on the processor: SVT-AV1 and libaom. */

const svtSpeeds: Readonly<Record<Speed, number>> = { fastest: 11, fast: 9, medium: 7, slow: 5, slowest: 3 };
/** The slowest number of SVT-AV1 is 0 in every version; the fastest was 8 before it had `-crf`. */
const oldSvtFastest = 8;
const aomSpeeds: Readonly<Record<Speed, number>> = { fastest: 8, fast: 6, medium: 5, slow: 3, slowest: 1 };

const tenBit = { yuv420p: 'yuv420p', yuv420p10le: 'yuv420p10le' } as const;

export const libsvtav1: VideoEncoderEntry = {
  codec: 'av1',
  slot: 'cpu',
  pixelFormats: tenBit,
  defaultCrf: 35,
  maxCrf: 63,
  rateModes: ['crf', 'bitrate'],
  // It refuses a greatest rate beside an average one.
  maxBitrateWith: ['crf'],
  twoPassWith: [],
  tunes: { grain: 'film-grain=8', fastdecode: 'fast-decode=1' },
  profiles: { main: { name: 'main', pixelFormats: ['yuv420p', 'yuv420p10le'] } },
  levels: levelsOf('av1'),
  hdr10: 'svtav1-params',
  segmentSafe: { safe: 'yes' },
  arguments: (settings) =>
    optionsOf({
      ...(settings.features.includes('svtav1-crf') ? svtRate(settings) : oldSvtRate(settings)),
      level: levelTimesTen(settings.level),
      g: settings.still === true ? undefined : tenSeconds(settings),
      'svtav1-params': settings.features.includes('svtav1-params') ? svtParameters(settings) : undefined,
    }),
};

function svtRate(settings: VideoSettings) {
  const { rate, quality, speed } = settings;
  return {
    preset: svtSpeeds[speed],
    ...(quality === undefined && rate.mode === 'bitrate'
      ? { b: Math.round(rate.bitsPerSecond) }
      : { crf: wholeCrf(settings), ...maxBitrateOptions(settings) }),
  };
}

/** Before ffmpeg 5.1. */
function oldSvtRate(settings: VideoSettings) {
  const { rate, speed } = settings;
  return {
    preset: Math.min(svtSpeeds[speed], oldSvtFastest),
    ...(rate.mode === 'bitrate'
      ? { rc: 'vbr', b: Math.round(rate.bitsPerSecond) }
      : { rc: 'cqp', qp: wholeCrf(settings) }),
  };
}

/** `tune=0` is for the eye, as the guide recommends, where SVT-AV1's own default is for PSNR. */
function svtParameters({ tune, color }: VideoSettings): string {
  const own = tune && libsvtav1.tunes?.[tune];
  return ['tune=0', own, parametersOf(hdr10ParametersOfSvt(color))]
    .filter((part) => part !== undefined)
    .join(':');
}

export const libaomAv1: VideoEncoderEntry = {
  codec: 'av1',
  slot: 'cpu',
  pixelFormats: {
    ...tenBit,
    yuv422p: 'yuv422p',
    yuv444p: 'yuv444p',
    yuv422p10le: 'yuv422p10le',
    yuv444p10le: 'yuv444p10le',
  },
  defaultCrf: 32,
  maxCrf: 63,
  rateModes: ['crf', 'bitrate'],
  maxBitrateWith: ['crf', 'bitrate'],
  twoPassWith: ['crf', 'bitrate'],
  tunes: { grain: '10' },
  profiles: {
    main: { name: '0', pixelFormats: ['yuv420p', 'yuv420p10le'] },
    high: { name: '1', pixelFormats: ['yuv444p', 'yuv444p10le'] },
  },
  levels: [],
  segmentSafe: { safe: 'yes' },
  arguments: (settings) =>
    optionsOf({
      'cpu-used': aomSpeeds[settings.speed],
      'row-mt': 1,
      tiles: aomTiles(settings),
      ...constrainedRate(settings),
      // Noise is taken out, described, and put back by the player.
      'denoise-noise-level': settings.tune && libaomAv1.tunes?.[settings.tune],
      profile: settings.profile && libaomAv1.profiles?.[settings.profile]?.name,
      ...(settings.still === true ? { 'still-picture': 1 } : { g: tenSeconds(settings) }),
      ...passOptions(settings),
    }),
};

/** Columns × rows that are coded side by side. */
function aomTiles({ width = 0, still }: VideoSettings): string | undefined {
  if (still === true || width < 1280) return undefined;
  return width < 3000 ? '2x1' : '2x2';
}

/**
 * The rate of libaom and libvpx: with `-crf`, `-b:v` is the bit rate not to exceed, and 0 is none; without it they
 * would hold a low one of their own.
 */
export function constrainedRate(settings: VideoSettings): Record<string, number | undefined> {
  const { rate, quality, maxBitrate } = settings;
  return quality === undefined && rate.mode === 'bitrate'
    ? { b: Math.round(rate.bitsPerSecond), ...(maxBitrateOptions(settings) as Record<string, number>) }
    : { crf: wholeCrf(settings), b: Math.round(maxBitrate ?? 0) };
}

/** AV1 and VP9 know whole numbers alone. */
function wholeCrf({ rate, quality }: VideoSettings): number {
  if (quality !== undefined) return crfOfQuality(quality);
  return rate.mode === 'crf' ? Math.round(rate.crf) : 0;
}

/** A still's quality on AV1's scale: by SSIM about as like as a WebP of the same number, from 50 on. */
function crfOfQuality(quality: number): number {
  return Math.round(53 * (1 - quality / 100) ** 0.6);
}
