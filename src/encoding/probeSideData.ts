import * as z from 'zod';
import type { ProbeStream } from './probe.ts';

/** The facts about a picture that ffprobe prints as side data, of a stream or of its frames. */

const fraction = z
  .union([z.string(), z.number()])
  .transform((value) => {
    const [numerator = Number.NaN, denominator = 1] = String(value).split('/').map(Number);
    return denominator === 0 ? undefined : numerator / denominator;
  })
  .optional()
  .catch(undefined);
const whole = z.coerce.number().int().optional().catch(undefined);

export const sideDataSchema = z.object({
  side_data_type: z.string().default('').catch(''),
  rotation: z.coerce.number().optional().catch(undefined),
  red_x: fraction,
  red_y: fraction,
  green_x: fraction,
  green_y: fraction,
  blue_x: fraction,
  blue_y: fraction,
  white_point_x: fraction,
  white_point_y: fraction,
  min_luminance: fraction,
  max_luminance: fraction,
  max_content: whole,
  max_average: whole,
  dv_profile: whole,
  type: z.string().optional().catch(undefined),
  projection: z.string().optional().catch(undefined),
});
type SideData = z.output<typeof sideDataSchema>;

type SideFacts = Pick<
  ProbeStream,
  | 'masteringDisplay'
  | 'contentLight'
  | 'dolbyVisionProfile'
  | 'hdr10Plus'
  | 'closedCaptions'
  | 'stereo3d'
  | 'spherical'
  | 'otherSideData'
>;

/**
 * What the facts below are read from, what is done with (the matrix is a rotation), and what is of the encoding itself rather
 * than of what it shows.
 */
const known =
  /^(?:Mastering display|Content light|DOVI configuration|Stereo 3D$|Spherical Mapping$|Display ?Matrix|3x3 displaymatrix|CPB properties|Skip Samples|Encryption|H\.26|Quality stats|New Extradata|Palette|Replay ?Gain|Frame Cropping|$)/iu;

/** Of a track itself, not of its frames: whatever it is called, a result is held against it. */
export function otherSideDataOf(list: readonly SideData[]): Pick<ProbeStream, 'otherSideData'> {
  const others = new Set(list.map((data) => data.side_data_type).filter((type) => !known.test(type)));
  return others.size > 0 ? { otherSideData: [...others].sort() } : {};
}

/** Only what is there: spread over a stream, it takes nothing away. */
export function readSideData(list: readonly SideData[]): SideFacts {
  const facts: { -readonly [key in keyof SideFacts]: SideFacts[key] } = {};
  for (const data of list) {
    const type = data.side_data_type;
    if (type.startsWith('Mastering display')) facts.masteringDisplay ??= masteringDisplay(data);
    if (type.startsWith('Content light')) facts.contentLight ??= contentLight(data);
    if (type.startsWith('DOVI configuration')) facts.dolbyVisionProfile ??= data.dv_profile;
    if (type.includes('SMPTE2094-40')) facts.hdr10Plus = true;
    if (type === 'Stereo 3D' && data.type !== '2D') facts.stereo3d ??= data.type;
    if (type === 'Spherical Mapping') facts.spherical ??= data.projection ?? 'unknown';
    if (type.startsWith('ATSC A53')) facts.closedCaptions = true;
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** SMPTE ST 2086 in its own units: 0.00002 for chromaticities, 0.0001 cd/m² for luminance. */
function masteringDisplay(data: SideData): ProbeStream['masteringDisplay'] {
  const points = [
    [data.red_x, data.red_y],
    [data.green_x, data.green_y],
    [data.blue_x, data.blue_y],
    [data.white_point_x, data.white_point_y],
  ].map(([x, y]) => (x === undefined || y === undefined ? undefined : pair(x, y)));
  const [red, green, blue, whitePoint] = points;
  const { min_luminance: minimum, max_luminance: maximum } = data;
  if (!red || !green || !blue || !whitePoint || minimum === undefined || maximum === undefined)
    return undefined;
  return {
    red,
    green,
    blue,
    whitePoint,
    minLuminance: Math.round(minimum * 10_000),
    maxLuminance: Math.round(maximum * 10_000),
  };
}

function pair(x: number, y: number): [number, number] {
  return [Math.round(x * 50_000), Math.round(y * 50_000)];
}

function contentLight(data: SideData): ProbeStream['contentLight'] {
  const { max_content: maxContent, max_average: maxAverage } = data;
  return maxContent === undefined || maxAverage === undefined ? undefined : { maxContent, maxAverage };
}

const framesSchema = z.object({
  frames: z.array(
    z.object({
      interlaced_frame: whole,
      best_effort_timestamp_time: fraction,
      side_data_list: z.array(sideDataSchema).default([]).catch([]),
    }),
  ),
});

/** What `-show_frames` said of the first frames. */
export function readFrameFacts(
  json: unknown,
  { frameRate }: Pick<ProbeStream, 'frameRate'>,
): SideFacts & Pick<ProbeStream, 'interlacedFrames' | 'variableFrameRate'> {
  const parsed = framesSchema.safeParse(json);
  if (!parsed.success || parsed.data.frames.length === 0) return {};
  const { frames } = parsed.data;
  return {
    ...readSideData(frames.flatMap((frame) => frame.side_data_list)),
    interlacedFrames: frames.some((frame) => frame.interlaced_frame === 1),
    ...(isUneven(
      frames.flatMap(({ best_effort_timestamp_time: time }) => (time === undefined ? [] : [time])),
      frameRate,
    )
      ? { variableFrameRate: true }
      : {}),
  };
}

/** Parts of a frame by which steps of a constant rate may differ: times are rounded. */
const evenStep = 0.4;
/** One frame that is missing does not make a rate variable. */
const unevenPart = 0.1;

/** Whether the frames come otherwise than at their rate. */
function isUneven(times: readonly number[], frameRate: number | undefined): boolean {
  if (frameRate === undefined || times.length < 3) return false;
  const steps = times.slice(1).map((time, index) => (time - (times[index] ?? time)) * frameRate);
  const uneven = steps.filter((step) => Math.abs(step - 1) > evenStep).length;
  return uneven > 1 && uneven >= steps.length * unevenPart;
}
