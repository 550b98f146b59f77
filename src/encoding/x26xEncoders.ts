import { maxBitrateOptions, optionsOf, parametersOf, passLog, passOptions } from './encoderOptions.ts';
import { hdr10Parameters } from './hdr10Metadata.ts';
import { levelsOf } from './levelLimits.ts';
import type { Speed } from './presetNames.ts';
import type { VideoEncoderEntry, VideoSettings } from './videoEncoders.ts';

/** x264 and x265: libraries of one family, with the same words for speed. */

const speeds: Readonly<Record<Speed, string>> = {
  fastest: 'superfast',
  fast: 'fast',
  medium: 'medium',
  slow: 'slow',
  slowest: 'veryslow',
};

export const libx264: VideoEncoderEntry = {
  codec: 'h264',
  slot: 'cpu',
  pixelFormats: {
    yuv420p: 'yuv420p',
    yuv422p: 'yuv422p',
    yuv444p: 'yuv444p',
    yuv420p10le: 'yuv420p10le',
    yuv422p10le: 'yuv422p10le',
    yuv444p10le: 'yuv444p10le',
  },
  defaultCrf: 23,
  maxCrf: 51,
  rateModes: ['crf', 'bitrate'],
  maxBitrateWith: ['crf', 'bitrate'],
  twoPassWith: ['bitrate'],
  tunes: {
    film: 'film',
    animation: 'animation',
    grain: 'grain',
    stillimage: 'stillimage',
    fastdecode: 'fastdecode',
    zerolatency: 'zerolatency',
  },
  profiles: {
    baseline: { name: 'baseline', pixelFormats: ['yuv420p'] },
    main: { name: 'main', pixelFormats: ['yuv420p'] },
    high: { name: 'high', pixelFormats: ['yuv420p'] },
    high10: { name: 'high10', pixelFormats: ['yuv420p10le', 'yuv420p'] },
    high422: { name: 'high422', pixelFormats: ['yuv422p', 'yuv422p10le', 'yuv420p10le', 'yuv420p'] },
    high444: {
      name: 'high444',
      pixelFormats: ['yuv444p', 'yuv444p10le', 'yuv422p10le', 'yuv422p', 'yuv420p10le', 'yuv420p'],
    },
  },
  levels: levelsOf('h264'),
  segmentSafe: { safe: 'yes' },
  arguments: (settings) =>
    optionsOf({
      preset: speeds[settings.speed],
      ...rateOptions(settings),
      tune: settings.tune && libx264.tunes?.[settings.tune],
      profile: profileName(libx264, settings),
      level: settings.level,
      g: settings.keyframeInterval,
      ...passOptions(settings),
    }),
};

export const libx265: VideoEncoderEntry = {
  codec: 'hevc',
  slot: 'cpu',
  pixelFormats: libx264.pixelFormats,
  defaultCrf: 28,
  maxCrf: 51,
  rateModes: ['crf', 'bitrate'],
  maxBitrateWith: ['crf', 'bitrate'],
  twoPassWith: ['bitrate'],
  tunes: {
    animation: 'animation',
    grain: 'grain',
    fastdecode: 'fastdecode',
    zerolatency: 'zerolatency',
  },
  profiles: {
    main: { name: 'main', pixelFormats: ['yuv420p'] },
    main10: { name: 'main10', pixelFormats: ['yuv420p10le'] },
    'main422-10': { name: 'main422-10', pixelFormats: ['yuv422p10le'] },
    'main444-10': { name: 'main444-10', pixelFormats: ['yuv444p10le'] },
  },
  levels: levelsOf('hevc'),
  hdr10: true,
  segmentSafe: { safe: 'yes' },
  arguments: (settings) =>
    optionsOf({
      preset: speeds[settings.speed],
      ...rateOptions(settings),
      tune: settings.tune && libx265.tunes?.[settings.tune],
      profile: profileName(libx265, settings),
      g: settings.keyframeInterval,
      'x265-params': parametersOf({
        // x265 writes its own log at its own level; ffmpeg's stays in charge.
        'log-level': 'warning',
        // ffmpeg's own -pass and -level do not reach x265.
        ...(settings.pass === undefined ? {} : { pass: settings.pass, stats: passLog }),
        'level-idc': settings.level,
        ...hdr10Parameters(settings.color),
      }),
    }),
};

function rateOptions(settings: VideoSettings): Record<string, string | number | undefined> {
  const { rate } = settings;
  return {
    ...(rate.mode === 'crf' ? { crf: rate.crf } : { b: Math.round(rate.bitsPerSecond) }),
    ...maxBitrateOptions(settings),
  };
}

function profileName({ profiles }: VideoEncoderEntry, { profile }: VideoSettings): string | undefined {
  return profile && profiles?.[profile]?.name;
}
