import type { Rectangle, Size } from './geometry.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { VideoPreset } from './presetVideo.ts';

export type SizeWishes = Pick<
  VideoPreset,
  'maxWidth' | 'maxHeight' | 'width' | 'height' | 'fit' | 'enlarge' | 'squarePixels'
>;

export interface Fitted {
  readonly width: number;
  readonly height: number;
  readonly sampleAspectRatio?: number | undefined;
  /** Where the picture lies in the result: smaller than it under `pad`, larger under `fill`. */
  readonly picture: Rectangle;
  readonly filters: readonly Filter[];
}

/** Pixels that share one colour, across and down. */
type Block = readonly [number, number];

/** Sharp, and the same in every ffmpeg: what it takes by default has changed over time. */
const scaling = { flags: 'lanczos+accurate_rnd' };

/**
 * Never enlarges unless told, keeps the aspect unless told to stretch, and makes the sides even where the pixel format
 * stores colour for blocks of pixels. Pixels that are not square stay so under a mere limit: the scale filter adjusts
 * their aspect to what rounding changed. Whoever names an exact size means square ones.
 */
export function fitKnown(source: Size, wishes: SizeWishes, block: Block): Fitted {
  const aspect = source.sampleAspectRatio ?? 1;
  const square = makesSquare(wishes) || aspect === 1;
  const base = { width: square ? source.width * aspect : source.width, height: source.height };
  const box = { ...base, ...boxOf(base, wishes, block) };
  const { fit = 'inside', enlarge = false } = wishes;
  const both = wishes.width !== undefined && wishes.height !== undefined;
  const mode = both ? fit : 'inside';

  // The box shrinks as a whole until the picture need not grow and no limit is exceeded.
  const ratio = { x: base.width / box.width, y: base.height / box.height };
  const natural =
    mode === 'inside' || mode === 'pad' ? Math.max(ratio.x, ratio.y) : Math.min(ratio.x, ratio.y);
  const limits = {
    width: floorTo((wishes.maxWidth ?? Number.POSITIVE_INFINITY) / (square ? 1 : aspect), block[0]),
    height: floorTo(wishes.maxHeight ?? Number.POSITIVE_INFINITY, block[1]),
  };
  const inner =
    mode === 'inside'
      ? { width: base.width / Math.max(ratio.x, ratio.y), height: base.height / Math.max(ratio.x, ratio.y) }
      : box;
  const shrink = Math.min(enlarge ? 1 : natural, 1, limits.width / inner.width, limits.height / inner.height);
  const wanted = { width: inner.width * shrink, height: inner.height * shrink };
  const round = mode === 'inside' ? roundSide : floorTo;
  const target = {
    width: round(wanted.width, block[0], source.width),
    height: round(wanted.height, block[1], source.height),
  };
  const picture = place(base, target, mode, block);
  return {
    ...target,
    sampleAspectRatio: square ? 1 : (aspect * target.height * source.width) / (target.width * source.height),
    picture,
    filters: sizeFilters(source, target, picture, square),
  };
}

function makesSquare(wishes: SizeWishes): boolean {
  return wishes.squarePixels === true || wishes.width !== undefined || wishes.height !== undefined;
}

/** The size that is named; a side that is not follows from the other. */
function boxOf(base: Size, wishes: SizeWishes, [across, down]: Block): Size {
  const width = wishes.width && floorTo(wishes.width, across);
  const height = wishes.height && floorTo(wishes.height, down);
  if (width !== undefined && height !== undefined) return { width, height };
  if (width !== undefined) return { width, height: (base.height * width) / base.width };
  if (height !== undefined) return { width: (base.width * height) / base.height, height };
  return base;
}

/** Where it is scaled, the nearest side keeps the aspect best; a side that stays never grows to become even. */
function roundSide(wanted: number, unit: number, source: number): number {
  if (Math.abs(wanted - source) < 1e-6) return floorTo(source, unit);
  return Math.max(unit, Math.round(wanted / unit) * unit);
}

/** The nearest multiple that is not larger, at least one unit; what rounding error left just below counts as whole. */
function floorTo(pixels: number, unit: number): number {
  if (pixels === Number.POSITIVE_INFINITY) return pixels;
  return Math.max(unit, Math.floor(pixels / unit + 1e-6) * unit);
}

/** The scaled picture within the result. */
function place(
  base: Size,
  target: Size,
  mode: NonNullable<SizeWishes['fit']>,
  [across, down]: Block,
): Rectangle {
  if (mode === 'inside' || mode === 'stretch')
    return { x: 0, y: 0, width: target.width, height: target.height };
  const [x, y] = [target.width / base.width, target.height / base.height];
  const factor = mode === 'pad' ? Math.min(x, y) : Math.max(x, y);
  const round = (side: number, limit: number, unit: number) => {
    const rounded = Math.max(unit, Math.round(side / unit) * unit);
    return mode === 'pad' ? Math.min(rounded, limit) : Math.max(rounded, limit);
  };
  const width = round(base.width * factor, target.width, across);
  const height = round(base.height * factor, target.height, down);
  return {
    x: Math.floor((target.width - width) / 2 / across) * across,
    y: Math.floor((target.height - height) / 2 / down) * down,
    width,
    height,
  };
}

function sizeFilters(source: Size, target: Size, picture: Rectangle, square: boolean): Filter[] {
  const filters: Filter[] = [];
  const aspect = source.sampleAspectRatio;
  if (picture.width !== source.width || picture.height !== source.height)
    filters.push(filter('scale', { w: picture.width, h: picture.height, ...scaling }));
  if (picture.width > target.width || picture.height > target.height)
    filters.push(filter('crop', { w: target.width, h: target.height, x: -picture.x, y: -picture.y }));
  else if (picture.width < target.width || picture.height < target.height)
    filters.push(filter('pad', { w: target.width, h: target.height, x: picture.x, y: picture.y }));
  // Rounding to even sides would otherwise be written down as pixels that are almost square.
  if (square && (filters.length > 0 || (aspect ?? 1) !== 1)) filters.push(filter('setsar', { sar: 1 }));
  return filters;
}

/**
 * The same rules as expressions that ffmpeg evaluates once it knows the size. A box under `pad`, `fill` or `stretch`
 * does not shrink here: the picture alone is kept from growing.
 */
export function fitUnknown(
  wishes: SizeWishes,
  [across, down]: Block,
): { readonly filters: readonly Filter[]; readonly width?: number; readonly height?: number } {
  const { width, height, maxWidth, maxHeight, fit = 'inside', enlarge = false } = wishes;
  const square = makesSquare(wishes);
  const iw = square ? '(iw*sar)' : 'iw';
  const seen = '(iw*sar)';
  const side = (value: string, unit: number) => `max(${unit},trunc(${value}/${unit})*${unit})`;
  const both = width !== undefined && height !== undefined;
  const goal = [
    ...(width === undefined ? [] : [`${floorTo(width, across)}/${iw}`]),
    ...(height === undefined ? [] : [`${floorTo(height, down)}/ih`]),
  ];
  const join = both && fit === 'fill' ? 'max' : 'min';
  const natural =
    goal.length === 0 ? '1' : goal.length === 1 ? (goal[0] ?? '1') : `${join}(${goal.join(',')})`;
  const factors = [
    enlarge ? natural : `min(1,${natural})`,
    ...(maxWidth === undefined ? [] : [`${maxWidth}/${seen}`]),
    ...(maxHeight === undefined ? [] : [`${floorTo(maxHeight, down)}/ih`]),
  ];
  const factor = factors.reduce((all, each) => `min(${all},${each})`);
  const square1 = square ? [filter('setsar', { sar: 1 })] : [];
  if (both && fit === 'stretch') {
    const cap = (limit: number, own: string) => (enlarge ? String(limit) : `min(${limit},${own})`);
    const size = { w: side(cap(width, iw), across), h: side(cap(height, 'ih'), down) };
    return { filters: [filter('scale', { ...size, ...scaling }), ...square1] };
  }
  const scaled = filter('scale', {
    w: side(`(${iw}*${factor})`, across),
    h: side(`(ih*${factor})`, down),
    ...scaling,
  });
  if (!both || fit === 'inside') return { filters: [scaled, ...square1] };
  const box = { w: floorTo(width, across), h: floorTo(height, down) };
  if (fit === 'pad')
    return {
      filters: [scaled, filter('pad', { ...box, x: '(ow-iw)/2', y: '(oh-ih)/2' }), ...square1],
      width: box.w,
      height: box.h,
    };
  const cut = filter('crop', { w: `min(iw,${box.w})`, h: `min(ih,${box.h})` });
  return { filters: [scaled, cut, ...square1] };
}
