import type { Preset } from './preset.ts';

/** In the order in which people see them. */
export const builtinPresets: Readonly<Record<string, Preset>> = {
  web: {
    description: 'H.264 up to 1080p in MP4: plays everywhere.',
    container: 'mp4',
    // Software only: the same quality on every machine.
    video: { encoders: ['libx264'], crf: 22, speed: 'medium', maxHeight: 1080, pixelFormat: 'yuv420p' },
    audio: { encoder: 'aac', bitrate: '160k', maxChannels: 2 },
  },
  small: {
    description: 'H.264 up to 720p in MP4: small enough to send.',
    container: 'mp4',
    video: {
      encoders: ['libx264'],
      crf: 28,
      speed: 'medium',
      maxHeight: 720,
      maxFrameRate: 30,
      pixelFormat: 'yuv420p',
    },
    audio: { encoder: 'aac', bitrate: '96k', maxChannels: 2 },
  },
  av1: {
    description: 'AV1 and Opus in Matroska, 10-bit, every audio track: to keep.',
    container: 'mkv',
    video: { encoders: ['libsvtav1', 'libaom-av1'], crf: 30, speed: 'medium', pixelFormat: 'yuv420p10le' },
    audio: { encoder: 'libopus', bitrate: '192k' },
  },
  audio: {
    description: 'The sound alone, AAC in M4A.',
    container: 'm4a',
    video: false,
    audio: { encoder: 'aac', bitrate: '192k', maxChannels: 2 },
  },
};

export const defaultPresetName = 'web';
