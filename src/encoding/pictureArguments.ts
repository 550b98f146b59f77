import { complexGraph } from './picture.ts';
import type { PicturePlan } from './pictureInput.ts';

/** A track that comes of a graph of its own inherits no mark. */
const beDefault = ['-disposition:v:0', 'default'];

/**
 * A picture's filters as ffmpeg's arguments: one chain for a mapped stream, or a graph of its own where pictures of
 * subtitles, a second stream of the source, are laid over it or the source’s container must not be heard.
 */
export function pictureArguments(
  picture: Pick<PicturePlan, 'filters' | 'overlay' | 'detached'>,
  stream: number,
): string[] {
  const { filters, overlay, detached } = picture;
  if (overlay !== undefined || detached === true)
    return ['-filter_complex', complexGraph(picture, stream), '-map', '[picture]', ...beDefault];
  return ['-map', `0:${stream}`, ...(filters === '' ? [] : ['-filter:v:0', filters])];
}
