/** The words of a preset's enumerations. Each is an entry of the table that says what it means. */

/** containers.ts */
export const containers = [
  'mp4', 'mov', 'mkv', 'webm', 'ts',
  'm4a', 'mp3', 'opus', 'ogg', 'flac', 'wav',
  'gif', 'jpg', 'png', 'webp', 'avif',
  'hls', 'dash',
] as const; // prettier-ignore

/** videoEncoders.ts */
export const videoEncoders = [
  'libx264', 'libx265', 'libsvtav1', 'libaom-av1', 'libvpx-vp9',
  'h264_nvenc', 'hevc_nvenc', 'av1_nvenc', 'h264_qsv', 'hevc_qsv', 'av1_qsv',
  'h264_videotoolbox', 'hevc_videotoolbox',
  'prores_ks', 'dnxhd', 'ffv1', 'gif', 'mjpeg', 'png', 'libwebp',
] as const; // prettier-ignore

/** audioEncoders.ts */
export const audioEncoders = ['aac', 'libopus', 'libmp3lame', 'libvorbis', 'ac3', 'eac3', 'flac', 'alac', 'pcm_s16le', 'pcm_s24le'] as const; // prettier-ignore

/** ffmpeg's names. */
export const pixelFormats = [
  'yuv420p', 'yuv422p', 'yuv444p', 'yuv420p10le', 'yuv422p10le', 'yuv444p10le', 'yuva444p10le',
] as const; // prettier-ignore

export const speeds = ['fastest', 'fast', 'medium', 'slow', 'slowest'] as const;
export const tunes = ['film', 'animation', 'grain', 'stillimage', 'fastdecode', 'zerolatency'] as const;
export const strengths = ['light', 'medium', 'strong'] as const;
export const profiles = [
  'baseline', 'main', 'high', 'high10', 'high422', 'high444', 'main10', 'main422-10', 'main444-10',
  'proxy', 'lt', 'standard', 'hq', '4444',
  'dnxhr_lb', 'dnxhr_sq', 'dnxhr_hq', 'dnxhr_hqx', 'dnxhr_444',
] as const; // prettier-ignore

export type Container = (typeof containers)[number];
export type VideoEncoder = (typeof videoEncoders)[number];
export type AudioEncoder = (typeof audioEncoders)[number];
export type PixelFormat = (typeof pixelFormats)[number];
export type Speed = (typeof speeds)[number];
export type Tune = (typeof tunes)[number];
export type Strength = (typeof strengths)[number];
export type Profile = (typeof profiles)[number];
