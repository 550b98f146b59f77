import type { Dialect } from './dialect.ts';
import { hasFilter } from './filterTable.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { Strength } from './presetNames.ts';
import type { VideoPreset } from './presetVideo.ts';

/** How the picture looks: noise, sharpness, brightness, contrast, saturation. */

/** hqdn3d’s own default doubled and halved; nlmeans, where only that is there, to about the same effect. */
const noise: Readonly<Record<Strength, { readonly hqdn3d: readonly number[]; readonly nlmeans: number }>> = {
  light: { hqdn3d: [2, 1.5, 3, 2.25], nlmeans: 1.5 },
  medium: { hqdn3d: [4, 3, 6, 4.5], nlmeans: 3 },
  strong: { hqdn3d: [8, 6, 12, 9], nlmeans: 6 },
};

export function denoise(strength: Strength | undefined, dialect: Dialect): Filter[] {
  if (strength === undefined) return [];
  const { hqdn3d, nlmeans } = noise[strength];
  // hqdn3d is many times faster, but not in builds without GPL parts.
  if (!hasFilter(dialect, 'hqdn3d') && hasFilter(dialect, 'nlmeans'))
    return [filter('nlmeans', { s: nlmeans })];
  const [luma, chroma, lumaTime, chromaTime] = hqdn3d;
  return [
    filter('hqdn3d', {
      luma_spatial: luma,
      chroma_spatial: chroma,
      luma_tmp: lumaTime,
      chroma_tmp: chromaTime,
    }),
  ];
}

/**
 * Brightness alone, since sharpened colour shows as fringes. Not by the filter cas, which would spare edges that are
 * sharp already: ffmpeg 4.4 ends in an assertion when it is to leave the colours alone.
 */
const sharpness: Readonly<Record<Strength, number>> = { light: 0.3, medium: 0.6, strong: 1.2 };

export function sharpen(strength: Strength | undefined): Filter[] {
  if (strength === undefined) return [];
  return [
    filter('unsharp', {
      ...{ luma_msize_x: 5, luma_msize_y: 5, luma_amount: sharpness[strength] },
      chroma_amount: 0,
    }),
  ];
}

/**
 * The sums of ffmpeg’s eq filter, which itself knows 8 bits only and is missing from builds without GPL parts.
 * `minval` and `maxval` are those of the depth, and of the range that the pixel format’s name says.
 */
export function equalize({ brightness = 0, contrast = 1, saturation = 1 }: VideoPreset): Filter[] {
  const middle = '(minval+maxval)/2';
  const light = brightness !== 0 || contrast !== 1;
  if (!light && saturation === 1) return [];
  const clipped = (value: string) => `clip(${value},minval,maxval)`;
  const colour = saturation === 1 ? undefined : clipped(`(val-${middle})*${saturation}+${middle}`);
  return [
    filter('lutyuv', {
      y: light ? clipped(`(val-${middle})*${contrast}+${middle}+${brightness}*(maxval-minval)`) : undefined,
      u: colour,
      v: colour,
    }),
  ];
}
