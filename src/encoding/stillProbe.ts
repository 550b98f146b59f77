import { fileUrl, inputWhitelists } from './demuxers.ts';
import type { Container } from './presetNames.ts';

/** Container of a still → the demuxer that reads one image and never a sequence. */
const demuxers: Readonly<Partial<Record<Container, string>>> = {
  jpg: 'jpeg_pipe',
  png: 'png_pipe',
  webp: 'webp_pipe',
  avif: 'mov',
};

/**
 * ffprobe's arguments for an image that this program has just written. Images are no sources, and stand on no list of
 * what may be opened.
 */
export function stillProbeArguments(file: string, container: Container): string[] {
  const demuxer = stillDemuxer(container);
  return [
    ...['-hide_banner', '-loglevel', 'error'],
    ...inputWhitelists([demuxer]),
    ...['-print_format', 'json', '-show_format', '-show_streams'],
    ...['-f', demuxer, '-i', fileUrl(file)],
  ];
}

/** Throws a `TypeError` for what is no still image. */
export function stillDemuxer(container: Container): string {
  const demuxer = demuxers[container];
  if (demuxer === undefined) throw new TypeError(`${container} is no still image.`);
  return demuxer;
}
