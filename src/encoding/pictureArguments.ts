import { complexGraph } from './picture.ts';
import type { PicturePlan } from './pictureInput.ts';

/**
 * A picture's filters as ffmpeg's arguments: one chain for a mapped stream, or a graph of its own where pictures
 * of subtitles, a second stream of the source, are laid over it.
 */
export function pictureArguments(
  picture: Pick<PicturePlan, 'filters' | 'overlay'>,
  stream: number,
): string[] {
  if (picture.overlay !== undefined)
    return ['-filter_complex', complexGraph(picture, stream), '-map', '[picture]'];
  const { filters } = picture;
  return ['-map', `0:${stream}`, ...(filters === '' ? [] : ['-filter:v:0', filters])];
}
