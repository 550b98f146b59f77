import { demuxerFamilyOf } from './demuxers.ts';
import { outputKind } from './output.ts';
import type { Plan } from './plan.ts';
import type { PlanInput } from './planInput.ts';
import { planOutput } from './planOutput.ts';
import { pickVideo } from './streams.ts';

/** How the sources of another machine get to a worker: `stream`: ffmpeg reads while they come. */
export const stagings = ['auto', 'stream', 'whole'] as const;
export type Staging = (typeof stagings)[number];

/**
 * Whether an output can be made of a source that is not there yet. With `auto` only where ffmpeg reads it once, from its beginning
 * to its end, but for an index: what is read twice, or here and there, is sooner read of a disk.
 */
export function isStreamable(input: PlanInput, staging: Staging): boolean {
  if (staging === 'whole' || input.sources.length > 1) return false;
  const planned = planOutput(input);
  if (!planned.ok || planned.plan.analyses.length > 0) return false;
  // What is brought out of the source is needed before the encode: that reads all of it.
  if (planned.plan.files.some((file) => 'extract' in file)) return false;
  return staging === 'stream' || readsOnce(input, planned.plan);
}

function readsOnce({ output, sources: [{ probe }] }: PlanInput, { commands, files }: Plan): boolean {
  const kind = outputKind(output);
  return (
    commands.length === 1 &&
    files.every((file) => 'text' in file) &&
    (kind === 'film' || kind === 'ladder') &&
    pickVideo(probe) !== undefined &&
    output.trim === undefined &&
    demuxerFamilyOf(probe.formatName)?.sequential === true
  );
}
