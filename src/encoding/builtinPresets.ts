import type { Preset } from './preset.ts';

/** In the order in which people see them. All are complete: none extends another. */
export const builtinPresets: Readonly<Record<string, Preset>> = {
  web: {
    description: 'H.264 up to 1080p in MP4: plays everywhere.',
    container: 'mp4',
    // Software only: the same quality on every machine.
    video: {
      encoders: ['libx264'],
      crf: 22,
      speed: 'medium',
      maxHeight: 1080,
      pixelFormat: 'yuv420p',
      dynamicRange: 'sdr',
    },
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
      dynamicRange: 'sdr',
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

  'web-720': {
    description: 'H.264 up to 720p in MP4: plays everywhere, on slow lines too.',
    container: 'mp4',
    video: {
      encoders: ['libx264'],
      crf: 22,
      maxBitrate: '4M',
      speed: 'medium',
      maxHeight: 720,
      maxFrameRate: 30,
      pixelFormat: 'yuv420p',
      dynamicRange: 'sdr',
    },
    audio: { encoder: 'aac', bitrate: '128k', maxChannels: 2 },
  },
  'under-25mb': {
    description: 'H.264 in MP4, never more than 25 MB: for mail and chat.',
    container: 'mp4',
    video: {
      encoders: ['libx264'],
      targetSize: '25MB',
      maxBitrate: '4M',
      passes: 2,
      speed: 'slow',
      maxHeight: 720,
      maxFrameRate: 30,
      pixelFormat: 'yuv420p',
      dynamicRange: 'sdr',
    },
    audio: { encoder: 'aac', bitrate: '96k', maxChannels: 2 },
  },
  'hevc-archive': {
    description: 'HEVC in Matroska, 10-bit, every track as it is: half the size, hardly a difference.',
    container: 'mkv',
    video: { encoders: ['libx265'], crf: 20, speed: 'slow', profile: 'main10', pixelFormat: 'yuv420p10le' },
    audio: { encoder: 'flac', tracks: [{ do: 'keep' }] },
    subtitles: { tracks: 'all' },
  },
  'av1-archive': {
    description: 'AV1 in Matroska, 10-bit, every track as it is: smaller than HEVC, slower.',
    container: 'mkv',
    video: { encoders: ['libsvtav1', 'libaom-av1'], crf: 24, speed: 'slow', pixelFormat: 'yuv420p10le' },
    audio: { encoder: 'flac', tracks: [{ do: 'keep' }] },
    subtitles: { tracks: 'all' },
  },
  vp9: {
    description: 'VP9 and Opus up to 1080p in WebM: for web pages.',
    container: 'webm',
    video: {
      encoders: ['libvpx-vp9'],
      crf: 31,
      passes: 2,
      speed: 'medium',
      maxHeight: 1080,
      pixelFormat: 'yuv420p',
      dynamicRange: 'sdr',
    },
    audio: { encoder: 'libopus', bitrate: '128k', maxChannels: 2 },
  },
  remux: {
    description: 'Into MP4 without encoding the picture: in seconds, and as good as it was.',
    container: 'mp4',
    video: { copy: true },
    audio: { encoder: 'aac', tracks: [{ do: 'keep' }] },
  },

  'prores-proxy': {
    description: 'ProRes Proxy up to 1080p in MOV, all sound as PCM: to edit with.',
    container: 'mov',
    video: { encoders: ['prores_ks'], profile: 'proxy', pixelFormat: 'yuv422p10le', maxHeight: 1080 },
    audio: { encoder: 'pcm_s16le', sampleRate: 48000, tracks: 'all' },
  },
  'dnxhr-proxy': {
    description: 'DNxHR LB up to 1080p in MOV, all sound as PCM: to edit with.',
    container: 'mov',
    video: { encoders: ['dnxhd'], profile: 'dnxhr_lb', pixelFormat: 'yuv422p', maxHeight: 1080 },
    audio: { encoder: 'pcm_s16le', sampleRate: 48000, tracks: 'all' },
  },

  hls: {
    description: 'A folder to stream from: HLS with H.264 in four sizes.',
    container: 'hls',
    video: { encoders: ['libx264'], speed: 'medium', pixelFormat: 'yuv420p', dynamicRange: 'sdr' },
    audio: { encoder: 'aac', bitrate: '128k', maxChannels: 2 },
    ladder: {
      rungs: [
        { height: 1080, bitrate: '5M' },
        { height: 720, bitrate: '3M' },
        { height: 480, bitrate: '1400k' },
        { height: 360, bitrate: '800k' },
      ],
      segmentSeconds: 6,
    },
  },
  gif: {
    description: 'An animated GIF, 480 pixels wide: for a few seconds.',
    container: 'gif',
    video: { encoders: ['gif'], maxWidth: 480, maxFrameRate: 15, loop: 0, dynamicRange: 'sdr' },
  },

  opus: {
    description: 'The sound alone, Opus: the smallest that sounds well.',
    container: 'opus',
    video: false,
    audio: { encoder: 'libopus' },
  },
  aac: {
    description: 'The sound alone, AAC in M4A, every channel: for Apple’s players and cars.',
    container: 'm4a',
    video: false,
    audio: { encoder: 'aac' },
  },
  mp3: {
    description: 'The sound alone, MP3: plays on everything that plays sound.',
    container: 'mp3',
    video: false,
    audio: { encoder: 'libmp3lame', bitrate: '192k', maxChannels: 2 },
  },
  flac: {
    description: 'The sound alone, FLAC: without loss.',
    container: 'flac',
    video: false,
    audio: { encoder: 'flac' },
  },

  poster: {
    description: 'One typical frame as JPEG, up to 1280 pixels wide.',
    container: 'jpg',
    video: { encoders: ['mjpeg'], maxWidth: 1280, dynamicRange: 'sdr' },
    still: { at: 'auto', quality: 85 },
  },
  'contact-sheet': {
    description: 'Sixteen frames from all over the film in one JPEG.',
    container: 'jpg',
    video: { encoders: ['mjpeg'], dynamicRange: 'sdr' },
    still: { quality: 85 },
    contactSheet: { columns: 4, rows: 4, tileWidth: 480 },
  },
  jpeg: {
    description: 'A typical frame as JPEG, full size.',
    container: 'jpg',
    video: { encoders: ['mjpeg'], dynamicRange: 'sdr' },
    still: { at: 'auto', quality: 92 },
  },
  webp: {
    description: 'A typical frame as WebP, full size: smaller than JPEG.',
    container: 'webp',
    video: { encoders: ['libwebp'], dynamicRange: 'sdr' },
    still: { at: 'auto', quality: 85 },
  },
  avif: {
    description: 'A typical frame as AVIF, full size, 10-bit: the smallest.',
    container: 'avif',
    // Slower ones take seconds more for a hundredth of the size.
    video: {
      encoders: ['libaom-av1', 'libsvtav1'],
      speed: 'fast',
      pixelFormat: 'yuv420p10le',
      dynamicRange: 'sdr',
    },
    still: { at: 'auto', quality: 80 },
  },
};

export const defaultPresetName = 'web';

/** What a list of presets begins with; the others are for those who look for them. */
export const featuredPresets: readonly string[] = ['web', 'small', 'av1', 'audio'];
