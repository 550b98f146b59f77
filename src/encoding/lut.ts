import { exactTags, scaleMatrix } from './colorTags.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { Canvas } from './pictureLayer.ts';
import type { WorkFile } from './plan.ts';
import { assetLimits } from './presetAssets.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';

const name = 'lut.cube';

/**
 * A table of colours is one of RGB of full range: there and back with the picture’s own matrix, which ffmpeg by itself
 * would take for BT.601’s where the source does not say.
 */
export function lookUpColors(
  file: string | undefined,
  { tags, matrix, yuv, pixelFormat }: Canvas,
): Outcome<{ filters: readonly Filter[]; files: readonly WorkFile[] }> {
  if (file === undefined) return { ok: true, filters: [], files: [] };
  if (!/\.cube$/i.test(file))
    return refuse(
      'preset-invalid',
      `The preset’s lut is the file “${file}”, which is not a .cube by its name.`,
      'Name a table of the kind .cube; most programs for colour save one.',
      ['lut'],
    );
  const look = filter('lut3d', { file: name, interp: 'tetrahedral' });
  const files = [{ name, asset: file, maxBytes: assetLimits.lut }];
  if (!yuv) return { ok: true, filters: [look], files };
  const rgb = pixelFormat.startsWith('yuva') ? 'gbrap12le' : 'gbrp12le';
  return {
    ok: true,
    filters: [
      filter('scale', {
        in_color_matrix: scaleMatrix(matrix),
        in_range: tags.range ?? 'tv',
        out_range: 'pc',
      }),
      filter('format', { pix_fmts: rgb }),
      look,
      filter('scale', { out_color_matrix: scaleMatrix(matrix), out_range: tags.range ?? 'tv' }),
      filter('format', {
        pix_fmts: tags.range === 'pc' ? pixelFormat.replace('yuv4', 'yuvj4') : pixelFormat,
      }),
      exactTags(tags),
    ],
    files,
  };
}
