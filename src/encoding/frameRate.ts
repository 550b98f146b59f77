import type { ProbeStream } from './probe.ts';

export interface FrameRatePlan {
  /** Frames per second of the result; missing where the source does not say. */
  readonly frameRate?: number;
  readonly variable: boolean;
  readonly filters: readonly string[];
}

/** Dropping every second frame looks smooth, dropping some does not: taken down to this part of the limit. */
const evenDropFloor = 0.8;

/** A source at or below the limit keeps its frames and their times, constant or variable. */
export function planFrameRate(stream: ProbeStream, maxFrameRate: number | undefined): FrameRatePlan {
  const variable = stream.variableFrameRate ?? stream.frameRate === undefined;
  const { frameRate } = stream;
  if (maxFrameRate === undefined) return { frameRate, variable, filters: [] };
  // Without a known rate the limit must still hold.
  if (frameRate === undefined)
    return { frameRate: maxFrameRate, variable: false, filters: [`fps=${rational(maxFrameRate)}`] };
  // Rates are quotients such as 30000/1001: a limit of 29.97 is not exceeded by 29.970029.
  if (frameRate <= maxFrameRate * 1.001) return { frameRate, variable, filters: [] };
  const divided = frameRate / Math.ceil(frameRate / (maxFrameRate * 1.001));
  const target = !variable && divided >= maxFrameRate * evenDropFloor ? divided : maxFrameRate;
  return { frameRate: target, variable: false, filters: [`fps=${rational(target)}`] };
}

/** As ffmpeg wants an exact rate: `30`, `30000/1001`. */
function rational(rate: number): string {
  const ntsc = Math.round(rate * 1.001);
  if (Math.abs(rate - Math.round(rate)) < 1e-6) return String(Math.round(rate));
  if (Math.abs(rate - (ntsc * 1000) / 1001) < 5e-4) return `${ntsc * 1000}/1001`;
  return String(Number(rate.toFixed(6)));
}
