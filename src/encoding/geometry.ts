import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { PixelLayout } from './picturePixels.ts';
import type { ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { fitKnown, fitUnknown } from './pictureSize.ts';
import type { VideoPreset } from './presetVideo.ts';

/** Pixels to cut off at each edge. */
export interface Bars {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A rectangle of the result, in its pixels; may reach beyond it. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Sizes in pixels as they are seen: after ffmpeg has turned the picture by its display matrix. */
export interface Geometry {
  /** Of the result; missing where the probe does not say the source’s. */
  readonly width?: number;
  readonly height?: number;
  /** Width of a pixel of the result by its height; missing where the source does not say and it stays so. */
  readonly sampleAspectRatio?: number;
  readonly crop: readonly Filter[];
  /** Rotation, then size. */
  readonly shape: readonly Filter[];
  /** The picture gets more pixels than it had. */
  readonly grows: boolean;
  /** Where the whole source, before its edges were cut, would lie in the result; what a subtitle’s place refers to. */
  readonly frame?: Rectangle;
}

/** Less is a mistake, and more than some encoders take. */
const smallestSide = 16;

export function planGeometry(
  stream: ProbeStream,
  video: VideoPreset,
  crop: Bars | undefined,
  layouts: { readonly source?: PixelLayout | undefined; readonly result?: PixelLayout | undefined },
): Outcome<{ geometry: Geometry }> {
  const seen = asSeen(stream);
  const block = commonBlock(layouts, turned(stream) || (video.rotate ?? 0) % 180 !== 0);
  const cropped = cutEdges(seen, crop, block);
  if (!cropped.ok) return cropped;
  const rotated = (video.rotate ?? 0) % 180 === 0 ? cropped.size : swap(cropped.size);
  const turns = rotation(video);
  const target = layouts.result?.block ?? [2, 2];
  if (rotated === undefined) {
    const { filters, width, height } = fitUnknown(video, target);
    return {
      ok: true,
      geometry: { crop: cropped.filters, shape: [...turns, ...filters], grows: false, width, height },
    };
  }
  const fitted = fitKnown(rotated, video, target);
  const plain = turns.length === 0 && seen !== undefined;
  const scale = { x: fitted.picture.width / rotated.width, y: fitted.picture.height / rotated.height };
  return {
    ok: true,
    geometry: {
      width: fitted.width,
      height: fitted.height,
      sampleAspectRatio: fitted.sampleAspectRatio,
      crop: cropped.filters,
      shape: [...turns, ...fitted.filters],
      grows: scale.x * scale.y > 1.001,
      frame: plain
        ? {
            x: fitted.picture.x - cropped.left * scale.x,
            y: fitted.picture.y - cropped.top * scale.y,
            width: seen.width * scale.x,
            height: seen.height * scale.y,
          }
        : fitted.picture,
    },
  };
}

export interface Size {
  readonly width: number;
  readonly height: number;
  readonly sampleAspectRatio?: number | undefined;
}

/** The size of a stream as a player shows it, in pixels; undefined where the probe does not say. */
export function asSeen(stream: ProbeStream): Size | undefined {
  if (!stream.width || !stream.height) return undefined;
  const size = {
    width: stream.width,
    height: stream.height,
    sampleAspectRatio: stream.sampleAspectRatio,
  };
  return turned(stream) ? swap(size) : size;
}

function turned(stream: ProbeStream): boolean {
  return stream.rotation === 90 || stream.rotation === 270;
}

function swap(size: Size): Size;
function swap(size: Size | undefined): Size | undefined;
function swap(size: Size | undefined): Size | undefined {
  if (size === undefined) return undefined;
  const { sampleAspectRatio: aspect } = size;
  return {
    width: size.height,
    height: size.width,
    sampleAspectRatio: aspect === undefined ? undefined : 1 / aspect,
  };
}

/** Cuts at the borders of such blocks keep the colours where they belong, before and after conversion. */
function commonBlock(
  layouts: { readonly source?: PixelLayout | undefined; readonly result?: PixelLayout | undefined },
  anyWay: boolean,
): readonly [number, number] {
  const [source, result] = [layouts.source?.block ?? [2, 2], layouts.result?.block ?? [2, 2]];
  const across = Math.max(source[0], result[0]);
  const down = Math.max(source[1], result[1]);
  return anyWay ? [Math.max(across, down), Math.max(across, down)] : [across, down];
}

interface Cropped {
  readonly filters: readonly Filter[];
  readonly size: Size | undefined;
  readonly left: number;
  readonly top: number;
}

/** Cuts at least what is asked for: a line of a black bar that stays would be seen. */
function cutEdges(
  seen: Size | undefined,
  bars: Bars | undefined,
  [across, down]: readonly [number, number],
): Outcome<Cropped> {
  if (bars === undefined || bars.top + bars.bottom + bars.left + bars.right === 0)
    return { ok: true, filters: [], size: seen, left: 0, top: 0 };
  const left = Math.ceil(bars.left / across) * across;
  const top = Math.ceil(bars.top / down) * down;
  if (seen === undefined) {
    const size = {
      w: `max(${across},trunc((iw-${left + bars.right})/${across})*${across})`,
      h: `max(${down},trunc((ih-${top + bars.bottom})/${down})*${down})`,
    };
    return { ok: true, filters: [filter('crop', { ...size, x: left, y: top })], size: undefined, left, top };
  }
  const width = Math.floor((seen.width - left - bars.right) / across) * across;
  const height = Math.floor((seen.height - top - bars.bottom) / down) * down;
  if (width < smallestSide || height < smallestSide)
    return refuse(
      'preset-invalid',
      `The preset’s crop leaves ${Math.max(0, width)} × ${Math.max(0, height)} pixels of a picture of ${seen.width} × ${seen.height}.`,
      'Crop less, or use “auto”, which finds black bars by itself.',
      ['crop'],
    );
  return {
    ok: true,
    filters: [filter('crop', { w: width, h: height, x: left, y: top })],
    size: { ...seen, width, height },
    left,
    top,
  };
}

/** Clockwise, then mirrored as the turned picture is seen. */
function rotation({ rotate, flip }: VideoPreset): Filter[] {
  const turns: Filter[] =
    rotate === 90
      ? [filter('transpose', { dir: 'clock' })]
      : rotate === 270
        ? [filter('transpose', { dir: 'cclock' })]
        : rotate === 180
          ? [filter('hflip'), filter('vflip')]
          : [];
  if (flip === 'horizontal') return [...turns, filter('hflip')];
  if (flip === 'vertical') return [...turns, filter('vflip')];
  return turns;
}
