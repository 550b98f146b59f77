import type { VideoCodec } from './containers.ts';
import { levelTimesTen, maxBitrateOptions, optionsOf } from './encoderOptions.ts';
import { levelsOf } from './levelLimits.ts';
import type { Speed } from './presetNames.ts';
import type { VideoEncoderEntry } from './videoEncoders.ts';

/** Encoders of graphics hardware: NVIDIA's, Intel's QuickSync, Apple's VideoToolbox. */

const nvencSpeeds: Readonly<Record<Speed, string>> = {
  fastest: 'p1',
  fast: 'p3',
  medium: 'p4',
  slow: 'p6',
  slowest: 'p7',
};
const qsvSpeeds: Readonly<Record<Speed, string>> = {
  fastest: 'veryfast',
  fast: 'fast',
  medium: 'medium',
  slow: 'slow',
  slowest: 'veryslow',
};

const h264Profiles = {
  baseline: { name: 'baseline', pixelFormats: ['yuv420p'] },
  main: { name: 'main', pixelFormats: ['yuv420p'] },
  high: { name: 'high', pixelFormats: ['yuv420p'] },
} as const;
const hevcProfiles = {
  main: { name: 'main', pixelFormats: ['yuv420p'] },
  main10: { name: 'main10', pixelFormats: ['yuv420p10le'] },
} as const;

const nv12 = { yuv420p: 'nv12' } as const;
const p010 = { yuv420p: 'nv12', yuv420p10le: 'p010le' } as const;

/** What the entries of one family say alike. */
type Particulars = Pick<VideoEncoderEntry, 'codec' | 'pixelFormats' | 'profiles' | 'levels'>;

function nvencEntry(particulars: Particulars): VideoEncoderEntry {
  const isAv1 = particulars.codec === 'av1';
  return {
    ...particulars,
    slot: 'nvenc',
    defaultCrf: isAv1 ? 32 : 24,
    maxCrf: isAv1 ? 63 : 51,
    rateModes: ['crf', 'bitrate'],
    maxBitrateWith: ['crf', 'bitrate'],
    twoPassWith: [],
    tunes: { zerolatency: 'll' },
    segmentSafe: { safe: 'yes' },
    arguments: (settings) =>
      optionsOf({
        preset: nvencSpeeds[settings.speed],
        tune: settings.tune === 'zerolatency' ? 'll' : 'hq',
        rc: 'vbr',
        ...(settings.rate.mode === 'crf'
          ? // 0 would mean automatic.
            { cq: Math.max(1, settings.rate.crf), b: 0 }
          : { b: Math.round(settings.rate.bitsPerSecond) }),
        ...maxBitrateOptions(settings),
        profile: settings.profile && particulars.profiles?.[settings.profile]?.name,
        level: settings.level,
        g: settings.keyframeInterval,
      }),
  };
}

export const nvenc = {
  h264: nvencEntry({
    codec: 'h264',
    pixelFormats: { yuv420p: 'yuv420p', yuv444p: 'yuv444p' },
    profiles: { ...h264Profiles, high444: { name: 'high444p', pixelFormats: ['yuv444p', 'yuv420p'] } },
    levels: levelsOf('h264'),
  }),
  hevc: nvencEntry({
    codec: 'hevc',
    pixelFormats: {
      yuv420p: 'yuv420p',
      yuv420p10le: 'p010le',
      yuv444p: 'yuv444p',
      yuv444p10le: 'yuv444p16le',
    },
    profiles: { ...hevcProfiles, 'main444-10': { name: 'rext', pixelFormats: ['yuv444p10le'] } },
    levels: levelsOf('hevc'),
  }),
  av1: nvencEntry({
    codec: 'av1',
    pixelFormats: { yuv420p: 'yuv420p', yuv420p10le: 'p010le' },
    levels: levelsOf('av1'),
  }),
} as const;

function qsvEntry(particulars: Particulars): VideoEncoderEntry {
  return {
    ...particulars,
    slot: 'qsv',
    defaultCrf: 24,
    maxCrf: 51,
    rateModes: ['crf', 'bitrate'],
    // Beside a quality it would turn to another rate control.
    maxBitrateWith: ['bitrate'],
    twoPassWith: [],
    segmentSafe: { safe: 'yes' },
    arguments: (settings) =>
      optionsOf({
        preset: qsvSpeeds[settings.speed],
        ...(settings.rate.mode === 'crf'
          ? { global_quality: Math.max(1, Math.round(settings.rate.crf)) }
          : { b: Math.round(settings.rate.bitsPerSecond), ...maxBitrateOptions(settings) }),
        profile: settings.profile && particulars.profiles?.[settings.profile]?.name,
        level: levelTimesTen(settings.level),
        g: settings.keyframeInterval,
      }),
  };
}

export const qsv = {
  h264: qsvEntry({ codec: 'h264', pixelFormats: nv12, profiles: h264Profiles, levels: levelsOf('h264') }),
  hevc: qsvEntry({ codec: 'hevc', pixelFormats: p010, profiles: hevcProfiles, levels: levelsOf('hevc') }),
  av1: qsvEntry({ codec: 'av1', pixelFormats: p010, levels: [] }),
} as const;

/**
 * VideoToolbox's quality runs from 1 to 100, higher is better, and has no official relation to crf: a straight
 * line puts crf 0 at 100 and 51 at 1. It has no speed to choose.
 */
function videotoolboxEntry(codec: VideoCodec, particulars: Omit<Particulars, 'codec'>): VideoEncoderEntry {
  return {
    codec,
    ...particulars,
    slot: 'videotoolbox',
    defaultCrf: 24,
    maxCrf: 51,
    rateModes: ['crf', 'bitrate'],
    maxBitrateWith: ['bitrate'],
    twoPassWith: [],
    segmentSafe: { safe: 'yes' },
    arguments: (settings) =>
      optionsOf({
        ...(settings.rate.mode === 'crf'
          ? { q: Math.round(100 - (settings.rate.crf / 51) * 99) }
          : { b: Math.round(settings.rate.bitsPerSecond), ...maxBitrateOptions(settings) }),
        profile: settings.profile && particulars.profiles?.[settings.profile]?.name,
        level: settings.level,
        g: settings.keyframeInterval,
      }),
  };
}

export const videotoolbox = {
  h264: videotoolboxEntry('h264', { pixelFormats: nv12, profiles: h264Profiles, levels: levelsOf('h264') }),
  hevc: videotoolboxEntry('hevc', { pixelFormats: p010, profiles: hevcProfiles, levels: [] }),
} as const;
