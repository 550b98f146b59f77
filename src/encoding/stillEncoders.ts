import { optionsOf } from './encoderOptions.ts';
import type { VideoEncoderEntry, VideoSettings } from './videoEncoders.ts';

/** Encoders of single pictures, and the animation that is a row of them. */

const picture = {
  slot: 'cpu',
  defaultCrf: 0,
  maxCrf: 0,
  rateModes: [],
  maxBitrateWith: [],
  twoPassWith: [],
  levels: [],
  segmentSafe: { safe: 'yes' },
} as const;

/** Its crf is the quantiser of MPEG, from 1 to 31. A JPEG is full range by its standard. */
export const mjpeg: VideoEncoderEntry = {
  ...picture,
  codec: 'mjpeg',
  pixelFormats: { yuv420p: 'yuvj420p', yuv422p: 'yuvj422p', yuv444p: 'yuvj444p' },
  defaultCrf: 3,
  maxCrf: 31,
  rateModes: ['crf'],
  arguments: (settings) => {
    const q = quantiser(settings);
    // ffmpeg goes below 2 only where it is allowed to.
    return optionsOf({ q, qmin: q < 2 ? 1 : undefined });
  },
};

function quantiser({ quality, rate }: VideoSettings): number {
  if (quality === undefined)
    return rate.mode === 'crf' ? Math.min(31, Math.max(1, Math.round(rate.crf))) : mjpeg.defaultCrf;
  // JPEG's own quality is a factor on its tables. At 9 by SSIM a still is as like as a WebP of the same number.
  const factor = quality < 50 ? 50 / quality : 2 - quality / 50;
  return Math.min(31, Math.max(1, Math.round(9 * factor)));
}

export const png: VideoEncoderEntry = {
  ...picture,
  codec: 'png',
  lossless: true,
  pixelFormats: {
    yuv420p: 'rgb24',
    yuv422p: 'rgb24',
    yuv444p: 'rgb24',
    yuv420p10le: 'rgb48be',
    yuv422p10le: 'rgb48be',
    yuv444p10le: 'rgb48be',
    yuva444p10le: 'rgba64be',
  },
  arguments: () => optionsOf({ compression_level: 9, pred: 'mixed' }),
};

export const libwebp: VideoEncoderEntry = {
  ...picture,
  codec: 'webp',
  pixelFormats: { yuv420p: 'yuv420p', yuva444p10le: 'bgra' },
  arguments: (settings) => optionsOf({ quality: settings.quality ?? 85, compression_level: 6 }),
};

/** Its palette comes from the filters, which look at the whole film. */
export const gif: VideoEncoderEntry = {
  ...picture,
  codec: 'gif',
  pixelFormats: { yuv420p: 'pal8' },
  segmentSafe: { safe: 'no', why: 'a gif has one palette for the whole film' },
  // An option of the muxer: it belongs to no stream.
  arguments: ({ loop = 0 }) => ['-loop', String(loop)],
};
