import { optionsOf } from './encoderOptions.ts';
import type { VideoEncoderEntry } from './videoEncoders.ts';

/** What editors work with, and archives keep: every frame stands for itself. */

const perFrame = {
  slot: 'cpu',
  defaultCrf: 0,
  maxCrf: 0,
  rateModes: [],
  maxBitrateWith: [],
  twoPassWith: [],
  levels: [],
  segmentSafe: { safe: 'yes' },
} as const;

/** Its size follows from the profile. */
export const proresKs: VideoEncoderEntry = {
  ...perFrame,
  codec: 'prores',
  pixelFormats: { yuv422p10le: 'yuv422p10le', yuv444p10le: 'yuv444p10le', yuva444p10le: 'yuva444p10le' },
  profiles: {
    proxy: { name: 'proxy', pixelFormats: ['yuv422p10le'] },
    lt: { name: 'lt', pixelFormats: ['yuv422p10le'] },
    standard: { name: 'standard', pixelFormats: ['yuv422p10le'] },
    hq: { name: 'hq', pixelFormats: ['yuv422p10le'] },
    '4444': { name: '4444', pixelFormats: ['yuv444p10le', 'yuva444p10le'] },
  },
  arguments: (settings) => {
    const { profile, pixelFormat = 'yuv422p10le' } = settings;
    return optionsOf({
      profile: profile ?? (pixelFormat === 'yuv422p10le' ? 'hq' : '4444'),
      // Editors take the files of Apple's own encoder as the real thing.
      vendor: 'apl0',
      alpha_bits: pixelFormat === 'yuva444p10le' ? 16 : undefined,
    });
  },
};

/** DNxHR: any size, unlike DNxHD itself. Its size follows from the profile. */
export const dnxhd: VideoEncoderEntry = {
  ...perFrame,
  codec: 'dnxhd',
  pixelFormats: { yuv422p: 'yuv422p', yuv422p10le: 'yuv422p10le', yuv444p10le: 'yuv444p10le' },
  profiles: {
    dnxhr_lb: { name: 'dnxhr_lb', pixelFormats: ['yuv422p'] },
    dnxhr_sq: { name: 'dnxhr_sq', pixelFormats: ['yuv422p'] },
    dnxhr_hq: { name: 'dnxhr_hq', pixelFormats: ['yuv422p'] },
    dnxhr_hqx: { name: 'dnxhr_hqx', pixelFormats: ['yuv422p10le'] },
    dnxhr_444: { name: 'dnxhr_444', pixelFormats: ['yuv444p10le'] },
  },
  arguments: (settings) => {
    const { profile, pixelFormat } = settings;
    const usual = { yuv422p10le: 'dnxhr_hqx', yuv444p10le: 'dnxhr_444' } as const;
    return optionsOf({
      profile:
        profile ??
        (pixelFormat === 'yuv422p10le' || pixelFormat === 'yuv444p10le' ? usual[pixelFormat] : 'dnxhr_hq'),
    });
  },
};

/** As archives use it: version 3, with a check sum for each slice. */
export const ffv1: VideoEncoderEntry = {
  ...perFrame,
  codec: 'ffv1',
  lossless: true,
  pixelFormats: {
    yuv420p: 'yuv420p',
    yuv422p: 'yuv422p',
    yuv444p: 'yuv444p',
    yuv420p10le: 'yuv420p10le',
    yuv422p10le: 'yuv422p10le',
    yuv444p10le: 'yuv444p10le',
    yuva444p10le: 'yuva444p10le',
  },
  arguments: () => optionsOf({ level: 3, coder: 1, context: 1, g: 1, slices: 24, slicecrc: 1 }),
};
