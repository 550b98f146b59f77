import type { AudioEncoder, Container, VideoEncoder } from './presetNames.ts';

/** What encodes for a container where the preset does not say. */
export interface DefaultEncoders {
  readonly video?: readonly [VideoEncoder, ...VideoEncoder[]];
  readonly audio?: AudioEncoder;
}

const h264 = { video: ['libx264'], audio: 'aac' } as const;

const table: Readonly<Record<Container, DefaultEncoders>> = {
  mp4: h264,
  mov: h264,
  mkv: h264,
  webm: { video: ['libvpx-vp9'], audio: 'libopus' },
  ts: h264,
  m4a: { audio: 'aac' },
  mp3: { audio: 'libmp3lame' },
  opus: { audio: 'libopus' },
  ogg: { audio: 'libvorbis' },
  flac: { audio: 'flac' },
  wav: { audio: 'pcm_s16le' },
  gif: { video: ['gif'] },
  jpg: { video: ['mjpeg'] },
  png: { video: ['png'] },
  webp: { video: ['libwebp'] },
  avif: { video: ['libaom-av1', 'libsvtav1'] },
  hls: h264,
  dash: h264,
};

export function defaultEncoders(container: Container): DefaultEncoders {
  return table[container];
}
