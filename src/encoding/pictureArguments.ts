import type { PicturePlan } from './picture.ts';

/**
 * A picture's filters as ffmpeg's arguments: one chain for a mapped stream, or a graph of its own where pictures
 * of subtitles, a second stream of the source, are laid over it.
 */
export function pictureArguments(
  picture: Pick<PicturePlan, 'filters' | 'overlay'>,
  stream: number,
): string[] {
  const { filters, overlay } = picture;
  if (overlay !== undefined) {
    const before = overlay.before === '' ? 'null' : overlay.before;
    const after = overlay.after === '' ? '' : `,${overlay.after}`;
    return [
      '-filter_complex',
      `[0:${stream}]${before}[main];[main][0:${overlay.stream}]${overlay.join}${after}[picture]`,
      ...['-map', '[picture]'],
    ];
  }
  return ['-map', `0:${stream}`, ...(filters === '' ? [] : ['-filter:v:0', filters])];
}
