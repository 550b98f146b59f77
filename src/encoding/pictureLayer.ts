import { exactTags, isHdr, scaleMatrix } from './colorTags.ts';
import type { ColorTags } from './colorTags.ts';
import type { Dialect } from './dialect.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { PixelFormat } from './presetNames.ts';

/** The main picture at the place of the chain where something is laid over it. */
export interface Canvas {
  /** Pixels; missing where the source’s are unknown. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Width of a pixel by its height. */
  readonly sampleAspectRatio?: number | undefined;
  /** Frames per second, where they come at a constant rate. */
  readonly frameRate?: number | undefined;
  /** What its frames say. */
  readonly tags: ColorTags;
  /** Said or not. */
  readonly matrix: string;
  /** It has not been RGB, or is no more. */
  readonly yuv: boolean;
  readonly pixelFormat: PixelFormat;
}

/** What ffmpeg’s overlay filter calls the formats that it blends in, and what the layer has to be for each. */
const blending: Readonly<Record<PixelFormat, readonly [overlay: string, layer: string]>> = {
  yuv420p: ['yuv420', 'yuva420p'],
  yuv422p: ['yuv422', 'yuva422p'],
  yuv444p: ['yuv444', 'yuva444p'],
  yuv420p10le: ['yuv420p10', 'yuva420p10le'],
  yuv422p10le: ['yuv422p10', 'yuva422p10le'],
  yuv444p10le: ['yuv444p10', 'yuva444p10le'],
  yuva444p10le: ['yuv444p10', 'yuva444p10le'],
};

/** Blends 4:4:4 in 10 bits: since ffmpeg 6. Before, half of the colour’s width is lost rather than 2 bits. */
export const overlay444Feature = 'overlay-yuv444p10';

function formats({ yuv, pixelFormat }: Canvas, dialect: Dialect): readonly [overlay: string, layer: string] {
  if (!yuv) return ['gbrp', 'gbrap'];
  const wanted = blending[pixelFormat];
  const known = wanted[0] !== 'yuv444p10' || dialect.features.includes(overlay444Feature);
  return known ? wanted : blending.yuv422p10le;
}

/** Makes a layer of RGB with transparency, as pictures and letters are, fit for the main picture. */
export function layerFilters(canvas: Canvas, dialect: Dialect): Filter[] {
  const [, layer] = formats(canvas, dialect);
  if (!canvas.yuv) return [filter('format', { pix_fmts: layer })];

  return [
    ...hdrLevel(canvas.tags),
    filter('scale', { out_color_matrix: scaleMatrix(canvas.matrix), out_range: canvas.tags.range ?? 'tv' }),
    filter('format', { pix_fmts: layer }),
    // Else ffmpeg from 7.1 on would convert one of the two.
    exactTags(canvas.tags),
  ];
}

export function overlay(
  canvas: Canvas,
  dialect: Dialect,
  place: Readonly<Record<string, string | number | undefined>>,
): Filter {
  return filter('overlay', { ...place, format: formats(canvas, dialect)[0] });
}

/**
 * White of an ordinary screen would be as bright as the sun in HDR: it becomes reference white, 203 cd/m² of BT.2408,
 * that is 0.0203 of PQ’s range and 0.265 of HLG’s.
 */
function hdrLevel(tags: ColorTags): Filter[] {
  if (!isHdr(tags)) return [];
  const curve = tags.transfer === 'smpte2084' ? pq : hlg;
  const value = curve('pow(val/maxval,2.2)');
  return [filter('format', { pix_fmts: 'gbrap10le' }), filter('lutrgb', { r: value, g: value, b: value })];
}

/** SMPTE ST 2084. */
function pq(light: string): string {
  const power = `pow(0.0203*${light},0.1593017578125)`;
  return `maxval*pow((0.8359375+18.8515625*${power})/(1+18.6875*${power}),78.84375)`;
}

/** ITU-R BT.2100, whose curve is a root below a twelfth and a logarithm above. */
function hlg(light: string): string {
  const scene = `(0.265*${light})`;
  return `maxval*if(lte(${scene},1/12),sqrt(3*${scene}),0.17883277*log(max(12*${scene}-0.28466892,0.01))+0.55991073)`;
}
