import type { Dialect } from './dialect.ts';
import type { OutputKind } from './output.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { ProbeStream } from './probe.ts';
import type { VideoPreset } from './presetVideo.ts';

export interface FrameRatePlan {
  /** Frames per second of the result; missing where the source does not say. */
  readonly frameRate?: number;
  readonly variable: boolean;
  /** Every frame of the source is one of the result. */
  readonly keepsFrames: boolean;
  readonly filters: readonly Filter[];
}

type Rate = Omit<FrameRatePlan, 'keepsFrames'>;

/** Dropping every second frame looks smooth, dropping some does not: taken down to this part of the limit. */
const evenDropFloor = 0.8;

/** A gif without a wish of its own: smooth enough, and half the size of 24. */
const animationRate = 12;
/** Its clock ticks in hundredths of a second, and players slow down what shows a frame for only one. */
const animationLimit = 50;

/** Rates that things are made at; a variable one is brought to the next. */
const usualRates = [24_000 / 1001, 24, 25, 30_000 / 1001, 30, 48, 50, 60_000 / 1001, 60, 100, 120, 240];

export type RateWishes = Pick<VideoPreset, 'maxFrameRate' | 'frameRate' | 'frameTiming'>;

/** `factor`: by how much deinterlacing changes the rate. A still has none. */
export function planFrameRate(
  stream: Pick<ProbeStream, 'frameRate' | 'variableFrameRate'>,
  factor: number,
  wishes: RateWishes,
  kind: OutputKind,
): FrameRatePlan {
  if (kind === 'still') return { variable: true, keepsFrames: false, filters: [] };
  const { frameRate, variableFrameRate } = stream;
  const whole = { variableFrameRate, frameRate: frameRate === undefined ? undefined : frameRate * factor };
  const rate = limited(whole, kind === 'animation' ? animated(wishes) : wishes);
  return { ...rate, keepsFrames: factor === 1 && rate.filters.length === 0 };
}

function animated({ frameRate, maxFrameRate }: RateWishes): RateWishes {
  const limit = Math.min(frameRate ?? maxFrameRate ?? animationRate, animationLimit);
  return frameRate === undefined ? { maxFrameRate: limit } : { frameRate: limit };
}

/**
 * Output options. A constant rate is filled up to be exact; a variable one keeps the time of each frame, which the
 * encoder’s usual clock, one tick a frame, would round. Of the picture alone: with the clock of a container’s sound libopus cuts
 * each packet short.
 */
export function rateArguments(
  { variable }: FrameRatePlan,
  kind: OutputKind,
  dialect: Pick<Dialect, 'frameRateModeOption' | 'sourceTimeBase'>,
): string[] {
  if (kind === 'still') return [];
  if (!variable) return [dialect.frameRateModeOption, 'cfr'];
  return [dialect.frameRateModeOption, 'vfr', '-enc_time_base:v', dialect.sourceTimeBase ?? '-1'];
}

/** A source at or below the limit keeps its frames and their times, constant or variable. */
function limited(
  stream: Pick<ProbeStream, 'frameRate' | 'variableFrameRate'>,
  { maxFrameRate, frameRate: exact, frameTiming = 'auto' }: RateWishes,
): Rate {
  const { frameRate } = stream;
  const variable = stream.variableFrameRate ?? frameRate === undefined;
  if (exact !== undefined) {
    const target = exactRate(Math.min(exact, maxFrameRate ?? exact));
    // A constant source that has this rate already is left alone; ffmpeg fills gaps by itself.
    if (frameRate !== undefined && !variable && Math.abs(frameRate / target - 1) < 1e-4)
      return { frameRate, variable: false, filters: [] };
    return constant(target);
  }
  // Without a known rate the limit must still hold.
  if (frameRate === undefined)
    return maxFrameRate === undefined ? { variable: true, filters: [] } : constant(exactRate(maxFrameRate));
  // Rates are quotients such as 30000/1001: a limit of 29.97 is not exceeded by 29.970029.
  if (maxFrameRate !== undefined && frameRate > maxFrameRate * 1.001) {
    const divided = frameRate / Math.ceil(frameRate / (maxFrameRate * 1.001));
    const even = !variable && divided >= maxFrameRate * evenDropFloor;
    return constant(even ? divided : exactRate(maxFrameRate));
  }
  if (frameTiming === 'variable') return { frameRate, variable: true, filters: [] };
  if (frameTiming === 'constant' && variable) {
    const next = usualRates.find((rate) => rate >= frameRate * 0.99) ?? frameRate;
    return constant(Math.min(next, exactRate(maxFrameRate ?? next)));
  }
  return { frameRate, variable, filters: [] };
}

function constant(frameRate: number): Rate {
  return { frameRate, variable: false, filters: [filter('fps', { fps: rational(frameRate) })] };
}

/** 29.97 is written for 30000/1001. */
function exactRate(rate: number): number {
  const ntsc = ntscRate(rate);
  return ntsc ?? rate;
}

/** As ffmpeg wants an exact rate: `30`, `30000/1001`. */
export function rational(rate: number): string {
  if (Math.abs(rate - Math.round(rate)) < 1e-6) return String(Math.round(rate));
  if (ntscRate(rate) !== undefined) return `${Math.round(rate * 1.001) * 1000}/1001`;
  return String(Number(rate.toFixed(6)));
}

function ntscRate(rate: number): number | undefined {
  if (Math.abs(rate - Math.round(rate)) < 1e-6) return undefined;
  const ntsc = (Math.round(rate * 1.001) * 1000) / 1001;
  return Math.abs(rate - ntsc) < 5e-3 ? ntsc : undefined;
}
