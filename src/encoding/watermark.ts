import type { Dialect } from './dialect.ts';
import { filter } from './pictureGraph.ts';
import type { Branch } from './pictureGraph.ts';
import { layerFilters, overlay } from './pictureLayer.ts';
import type { Canvas } from './pictureLayer.ts';
import type { WorkFile } from './plan.ts';
import { assetLimits } from './presetAssets.ts';
import type { Watermark } from './presetPicture.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';

/** Extension → name of ours, and the only demuxer that may open it, so that a playlist in disguise stays closed. */
const kinds: Readonly<Record<string, { readonly name: string; readonly demuxer: string }>> = {
  png: { name: 'watermark.png', demuxer: 'png_pipe' },
  jpg: { name: 'watermark.jpg', demuxer: 'jpeg_pipe' },
  jpeg: { name: 'watermark.jpg', demuxer: 'jpeg_pipe' },
  webp: { name: 'watermark.webp', demuxer: 'webp_pipe' },
};

/** Percent of the picture’s width. */
const usualWidth = 15;
/** Between watermark and edge, as a part of the picture’s shorter side. */
const margin = 0.02;

export function planWatermark(
  { file, position = 'bottom-right', width = usualWidth, opacity = 1 }: Watermark,
  canvas: Canvas,
  dialect: Dialect,
): Outcome<{ node: Branch; files: readonly WorkFile[] }> {
  const kind = kinds[/\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? ''];
  if (kind === undefined)
    return refuse(
      'preset-invalid',
      `The preset’s watermark is the file “${file}”, which is not a PNG, JPEG or WebP by its name.`,
      'Name a file that ends in .png, .jpg or .webp.',
      ['watermark', 'file'],
    );
  if (canvas.width === undefined || canvas.height === undefined)
    return refuse(
      'preset-invalid',
      'The preset’s watermark needs a picture of known size, and the source does not say how large its is.',
      'Give width and height in the preset, with the fit “pad”.',
      ['watermark'],
    );
  const edge = Math.max(2, Math.round((Math.min(canvas.width, canvas.height) * margin) / 2) * 2);
  const side = [
    filter('movie', { filename: kind.name, format_name: kind.demuxer }),
    // The height follows, narrower where the main picture’s pixels are wide.
    filter('scale', {
      w: Math.max(2, Math.round((canvas.width * width) / 100)),
      h: `max(1,round(ow/iw*ih*${canvas.sampleAspectRatio ?? 1}))`,
      flags: 'lanczos+accurate_rnd',
    }),
    filter('format', { pix_fmts: 'rgba' }),
    ...(opacity < 1 ? [filter('colorchannelmixer', { aa: opacity })] : []),
    ...layerFilters(canvas, dialect),
  ];
  return {
    ok: true,
    node: { side, join: overlay(canvas, dialect, { ...place(position, edge), eof_action: 'repeat' }) },
    files: [{ name: kind.name, asset: file, maxBytes: assetLimits.watermark }],
  };
}

function place(position: NonNullable<Watermark['position']>, edge: number): { x: string; y: string } {
  if (position === 'center') return { x: '(W-w)/2', y: '(H-h)/2' };
  return {
    x: position.endsWith('left') ? String(edge) : `W-w-${edge}`,
    y: position.startsWith('top') ? String(edge) : `H-h-${edge}`,
  };
}
