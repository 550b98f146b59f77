import { constrainedRate } from './av1Encoders.ts';
import { optionsOf, passOptions, tenSeconds } from './encoderOptions.ts';
import { levelsOf } from './levelLimits.ts';
import type { Speed } from './presetNames.ts';
import type { VideoEncoderEntry, VideoSettings } from './videoEncoders.ts';

const speeds: Readonly<Record<Speed, number>> = { fastest: 5, fast: 4, medium: 2, slow: 1, slowest: 0 };
/** A first pass finds the same at any speed worth having. */
const firstPassSpeed = 4;

export const libvpxVp9: VideoEncoderEntry = {
  codec: 'vp9',
  slot: 'cpu',
  pixelFormats: {
    yuv420p: 'yuv420p',
    yuv422p: 'yuv422p',
    yuv444p: 'yuv444p',
    yuv420p10le: 'yuv420p10le',
    yuv422p10le: 'yuv422p10le',
    yuv444p10le: 'yuv444p10le',
  },
  defaultCrf: 32,
  maxCrf: 63,
  rateModes: ['crf', 'bitrate'],
  maxBitrateWith: ['crf', 'bitrate'],
  twoPassWith: ['crf', 'bitrate'],
  tunes: { film: 'film', grain: 'film' },
  levels: levelsOf('vp9'),
  segmentSafe: { safe: 'yes' },
  arguments: (settings) =>
    optionsOf({
      deadline: 'good',
      'cpu-used': settings.pass === 1 ? firstPassSpeed : speeds[settings.speed],
      'row-mt': 1,
      'tile-columns': tileColumns(settings),
      ...constrainedRate(settings),
      'tune-content': settings.tune && libvpxVp9.tunes?.[settings.tune],
      level: settings.level,
      g: tenSeconds(settings),
      ...passOptions(settings),
    }),
};

/** Log2 of how many are coded side by side; each is at least 256 pixels wide. */
function tileColumns({ width = 0 }: VideoSettings): number {
  if (width < 512) return 0;
  if (width < 1024) return 1;
  return width < 2560 ? 2 : 3;
}
