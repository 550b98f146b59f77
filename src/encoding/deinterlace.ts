import type { Dialect } from './dialect.ts';
import { note } from './findings.ts';
import { hasFilter } from './filterTable.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { ProbeStream } from './probe.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { Finding } from './verdict.ts';

export interface DeinterlacePlan {
  readonly filters: readonly Filter[];
  /** By how much the frame rate changes. */
  readonly rateFactor: number;
  readonly notes: readonly Finding[];
}

/** Film in NTSC: 24 frames a second were spread over 60 fields. */
const telecinedRate = 30_000 / 1001;

export function planDeinterlace(
  stream: ProbeStream,
  mode: VideoPreset['deinterlace'] = 'auto',
  dialect: Dialect,
): DeinterlacePlan {
  const nothing = { filters: [], rateFactor: 1, notes: [] };
  if (mode === 'always') return { ...nothing, filters: [deinterlacer(dialect, 'all')] };
  if (mode === 'detelecine') return detelecine(stream);
  if (!mayBeInterlaced(stream)) return nothing;
  if (mode === 'auto') return { ...nothing, filters: [deinterlacer(dialect, 'interlaced')] };
  return {
    ...nothing,
    notes: [
      note('The source is interlaced and the preset’s deinterlace is “never”: moving edges will show combs.'),
    ],
  };
}

/** DV is interlaced as a rule, and its files say so nowhere but in the frames. */
const interlacedCodecs = ['dvvideo'];

/** Sources that are not marked are left alone: most are progressive, and the filter costs sharpness. */
export function mayBeInterlaced(stream: ProbeStream): boolean {
  if (stream.interlacedFrames === true) return true;
  if (stream.fieldOrder === undefined && stream.interlacedFrames === undefined)
    return interlacedCodecs.includes(stream.codec);
  return !['progressive', 'unknown', undefined].includes(stream.fieldOrder);
}

/** One frame for each frame, made of both fields; progressive frames pass untouched under `interlaced`. */
function deinterlacer(dialect: Dialect, frames: 'all' | 'interlaced'): Filter {
  const name = hasFilter(dialect, 'bwdif') ? 'bwdif' : 'yadif';
  return filter(name, { mode: 'send_frame', parity: 'auto', deint: frames });
}

/** Fields are put together as they were filmed, what could not be is deinterlaced, and every fifth frame, a repeat, goes. */
function detelecine(stream: ProbeStream): DeinterlacePlan {
  const { frameRate } = stream;
  if (frameRate !== undefined && Math.abs(frameRate / telecinedRate - 1) > 0.005)
    return {
      filters: [],
      rateFactor: 1,
      notes: [
        note(
          `Detelecine is for film at 29.97 frames a second; the source has ${Number(frameRate.toFixed(3))} and keeps them.`,
        ),
      ],
    };
  return {
    filters: [filter('fieldmatch'), filter('yadif', { deint: 'interlaced' }), filter('decimate')],
    rateFactor: 4 / 5,
    notes: [],
  };
}
