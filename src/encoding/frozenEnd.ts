import { inputArguments, openable, spanOf } from './commandParts.ts';
import type { Dialect } from './dialect.ts';
import type { PlanInput } from './planInput.ts';
import { pickVideo, startOffset } from './streams.ts';

/**
 * A picture that stands still to the end of the result while that of the source moves: a decoder that gave up leaves
 * a film of full length behind. ffmpeg's freezedetect says when a picture stopped, and when it went on.
 */

/** Mean difference, of 1, below which a picture of the result is the same; seconds until that is said. */
export const frozenResultFilter = 'freezedetect=n=0.003:d=1';

/** Far coarser: grain that an encoder smoothes is no movement. */
const movingSourceFilter = 'freezedetect=n=0.02:d=0.8';

/** Seconds before the end of the source that are looked at. */
const lookedAt = 2;

export function readsFrozenEnds(dialect: Dialect): boolean {
  return dialect.filters.includes('freezedetect');
}

/** From what freezedetect said: whether the picture stopped, and did not go on. */
export function endsFrozen(said: string): boolean {
  return said.lastIndexOf('freeze_start:') > said.lastIndexOf('freeze_end:');
}

/**
 * Looks at what the end of the result was made from. Undefined where that cannot be told: several sources, frames that
 * come when they like (a last one that stays is no fault), an end that the source does not say.
 */
export function sourceEndArguments({ output, sources, dialect }: PlanInput): string[] | undefined {
  const [source, ...more] = sources;
  const { probe } = source;
  const stream = pickVideo(probe);
  if (more.length > 0 || !stream?.frameRate || stream.variableFrameRate === true) return undefined;
  const opened = openable(probe, dialect);
  const trimmed = spanOf(output.trim, probe);
  if (!opened.ok || !trimmed.ok || opened.family.durationEstimated === true) return undefined;
  const last = stream.duration === undefined ? probe.duration : startOffset(probe, stream) + stream.duration;
  const { start, duration } = trimmed.span;
  const end = Math.min(last ?? Infinity, duration === undefined ? Infinity : start + duration);
  if (end === Infinity) return undefined;
  const from = Math.max(start, end - lookedAt);
  return [
    ...['-hide_banner', '-loglevel', '+level+info', '-nostats', '-progress', 'pipe:1'],
    ...inputArguments(source, opened.family, { start: from, duration: end - from }),
    ...['-map', `0:${stream.index}`, '-vf', movingSourceFilter, dialect.frameRateModeOption, 'passthrough'],
    ...['-f', 'null', '-'],
  ];
}

/** Whether the end of the source certainly moves: enough frames came, and none stood. */
export function sourceMoves(
  { sources: [{ probe }] }: PlanInput,
  run: { readonly code: number | null; readonly said: string; readonly frames: number | undefined },
): boolean {
  const frameRate = pickVideo(probe)?.frameRate ?? Infinity;
  return run.code === 0 && (run.frames ?? 0) >= frameRate && !run.said.includes('freeze_start:');
}
