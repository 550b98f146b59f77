import type { ProbeStream } from './probe.ts';

/** Sizes in pixels as they are seen: after ffmpeg has turned the picture by its display matrix. */
export interface Geometry {
  /** Missing where the probe does not say. */
  readonly width?: number;
  readonly height?: number;
  /** ffmpeg video filters that make it so; empty where the picture stays as it is. */
  readonly filters: readonly string[];
}

/**
 * Never enlarges, keeps the aspect, and makes both sides even: 4:2:0 stores colour for blocks of 2 × 2.
 * Pixels that are not square stay so; the scale filter adjusts their aspect to what rounding changed.
 */
export function planGeometry(stream: ProbeStream, maxHeight: number | undefined): Geometry {
  if (!stream.width || !stream.height) return { filters: [scaleUnknown(maxHeight)] };
  const turned = stream.rotation === 90 || stream.rotation === 270;
  const width = turned ? stream.height : stream.width;
  const height = turned ? stream.width : stream.height;
  const factor = maxHeight === undefined ? 1 : Math.min(1, even(maxHeight) / height);
  const target = {
    // Where it shrinks, the nearest even width keeps the aspect best; it cannot exceed the source's.
    width: factor < 1 ? Math.max(2, Math.round((width * factor) / 2) * 2) : even(width),
    height: even(height * factor),
  };
  if (target.width === width && target.height === height) return { ...target, filters: [] };
  const square = stream.sampleAspectRatio === undefined || stream.sampleAspectRatio === 1;
  return {
    ...target,
    // Rounding to even sides would otherwise be written down as pixels that are almost square.
    filters: [`scale=${target.width}:${target.height}`, ...(square ? ['setsar=1'] : [])],
  };
}

/** The same rule as an expression that ffmpeg evaluates once it knows the size. */
function scaleUnknown(maxHeight: number | undefined): string {
  const height = maxHeight === undefined ? 'ih' : `min(ih,${even(maxHeight)})`;
  return `scale=w='max(2,trunc(iw*${height}/ih/2)*2)':h='max(2,trunc(${height}/2)*2)'`;
}

/** The nearest even number that is not larger, at least 2; what rounding error left just below counts as whole. */
function even(pixels: number): number {
  return Math.max(2, Math.floor(pixels / 2 + 1e-6) * 2);
}
