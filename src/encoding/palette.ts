import { filter } from './pictureGraph.ts';
import type { Palette } from './pictureGraph.ts';

/** Bytes of frames that may wait in memory for the palette, which is known only after the last of them. */
const mostWaiting = 512 * 1024 * 1024;
const bytesPerPixel = 4;

/**
 * A gif has 256 colours. One palette for all of it is steadier and smaller; a long one would not fit into memory, and
 * gets a palette for each frame.
 */
export function paletteNode(
  size: { readonly width: number; readonly height: number } | undefined,
  frameRate: number | undefined,
  duration: number | undefined,
): Palette {
  const { width, height } = size ?? { width: 1920, height: 1080 };
  const waiting = width * height * bytesPerPixel * (frameRate ?? 50) * (duration ?? Infinity);
  return waiting <= mostWaiting
    ? {
        generate: filter('palettegen', { stats_mode: 'diff' }),
        use: filter('paletteuse', { dither: 'sierra2_4a', diff_mode: 'rectangle' }),
      }
    : {
        generate: filter('palettegen', { stats_mode: 'single' }),
        use: filter('paletteuse', { dither: 'sierra2_4a', new: 1 }),
      };
}
