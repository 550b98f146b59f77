import type { PixelFormat } from './presetNames.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { VideoEncoderEntry } from './videoEncoders.ts';

/** The pixel format in a preset's words: what it asks for, or what its profile or else its encoder is usually given. */
export function pixelFormatOf(
  video: Pick<VideoPreset, 'pixelFormat' | 'profile'>,
  entry: VideoEncoderEntry,
): PixelFormat {
  const byProfile = video.profile && entry.profiles?.[video.profile]?.pixelFormats[0];
  return video.pixelFormat ?? byProfile ?? pixelFormatsOf(entry)[0] ?? 'yuv420p';
}

/** What the encoder can make, the usual one first. */
export function pixelFormatsOf({ pixelFormats }: VideoEncoderEntry): PixelFormat[] {
  return Object.keys(pixelFormats) as PixelFormat[];
}
