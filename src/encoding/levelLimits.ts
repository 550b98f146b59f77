import type { VideoCodec } from './containers.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';

/** Of a picture, and of a second of pictures: macroblocks for H.264, luma samples for the others. */
type Limits = Readonly<Record<string, readonly [picture: number, second: number]>>;

/** ITU-T H.264, table A-1. */
const h264: Limits = {
  '1': [99, 1485],
  '1.1': [396, 3000],
  '1.2': [396, 6000],
  '1.3': [396, 11_880],
  '2': [396, 11_880],
  '2.1': [792, 19_800],
  '2.2': [1620, 20_250],
  '3': [1620, 40_500],
  '3.1': [3600, 108_000],
  '3.2': [5120, 216_000],
  '4': [8192, 245_760],
  '4.1': [8192, 245_760],
  '4.2': [8704, 522_240],
  '5': [22_080, 589_824],
  '5.1': [36_864, 983_040],
  '5.2': [36_864, 2_073_600],
  '6': [139_264, 4_177_920],
  '6.1': [139_264, 8_355_840],
  '6.2': [139_264, 16_711_680],
};

/** ITU-T H.265, tables A.8 and A.9. */
const hevc: Limits = {
  '1': [36_864, 552_960],
  '2': [122_880, 3_686_400],
  '2.1': [245_760, 7_372_800],
  '3': [552_960, 16_588_800],
  '3.1': [983_040, 33_177_600],
  '4': [2_228_224, 66_846_720],
  '4.1': [2_228_224, 133_693_440],
  '5': [8_912_896, 267_386_880],
  '5.1': [8_912_896, 534_773_760],
  '5.2': [8_912_896, 1_069_547_520],
  '6': [35_651_584, 1_069_547_520],
  '6.1': [35_651_584, 2_139_095_040],
  '6.2': [35_651_584, 4_278_190_080],
};

/** AV1 specification, annex A.3: MaxPicSize and MaxDisplayRate. */
const av1: Limits = {
  '2': [147_456, 4_423_680],
  '2.1': [278_784, 8_363_520],
  '3': [665_856, 19_975_680],
  '3.1': [1_065_024, 31_950_720],
  '4': [2_359_296, 70_778_880],
  '4.1': [2_359_296, 141_557_760],
  '5': [8_912_896, 267_386_880],
  '5.1': [8_912_896, 534_773_760],
  '5.2': [8_912_896, 1_069_547_520],
  '5.3': [8_912_896, 1_069_547_520],
  '6': [35_651_584, 1_069_547_520],
  '6.1': [35_651_584, 2_139_095_040],
  '6.2': [35_651_584, 4_278_190_080],
  '6.3': [35_651_584, 4_278_190_080],
};

/** The WebM project's levels of VP9. */
const vp9: Limits = {
  '1': [36_864, 829_440],
  '1.1': [73_728, 2_764_800],
  '2': [122_880, 4_608_000],
  '2.1': [245_760, 9_216_000],
  '3': [552_960, 20_736_000],
  '3.1': [983_040, 36_864_000],
  '4': [2_228_224, 83_558_400],
  '4.1': [2_228_224, 160_432_128],
  '5': [8_912_896, 311_951_360],
  '5.1': [8_912_896, 588_251_136],
  '5.2': [8_912_896, 1_176_502_272],
  '6': [35_651_584, 1_176_502_272],
  '6.1': [35_651_584, 2_353_004_544],
  '6.2': [35_651_584, 4_706_009_088],
};

const limitsOf: Readonly<Partial<Record<VideoCodec, Limits>>> = { h264, hevc, av1, vp9 };

export interface LevelDemand {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Frames per second. */
  readonly frameRate?: number | undefined;
}

/** Levels of a codec as its standard writes them, lowest first. */
export function levelsOf(codec: VideoCodec): string[] {
  return Object.keys(limitsOf[codec] ?? {}).sort((a, b) => Number(a) - Number(b));
}

/**
 * Whether a level has room for the picture: some encoders refuse one that has not, others write it all the same, and
 * players that trust it fail. What is not known of the picture counts as fitting.
 */
export function checkLevel(
  codec: VideoCodec,
  level: string | undefined,
  demand: LevelDemand,
): Outcome<object> {
  const levels = levelsOf(codec);
  const known = levels.find((name) => Number(name) === Number(level));
  if (level === undefined || known === undefined || fits(codec, known, demand)) return { ok: true };
  const least = levels.find((name) => fits(codec, name, demand));
  const { width = 0, height = 0, frameRate } = demand;
  const rate = frameRate === undefined ? '' : ` at ${Number(frameRate.toFixed(3))} frames per second`;
  return refuse(
    'preset-invalid',
    `The level ${level} of ${codec} has no room for ${width}×${height}${rate}.`,
    least === undefined
      ? 'Take level out, or make the picture smaller.'
      : `Choose the level ${least}, or a smaller picture, or take level out.`,
    ['level'],
  );
}

function fits(codec: VideoCodec, level: string, { width, height, frameRate }: LevelDemand): boolean {
  const limits = limitsOf[codec]?.[level];
  if (!limits || width === undefined || height === undefined) return true;
  const [picture, second] = limits;
  const size = codec === 'h264' ? Math.ceil(width / 16) * Math.ceil(height / 16) : width * height;
  // A rate of 29.97 that was rounded up somewhere is not beyond a limit for 30.
  return size <= picture && size * Math.floor((frameRate ?? 0) * 100) <= second * 100;
}
