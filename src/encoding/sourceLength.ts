import { inputArguments, openable } from './commandParts.ts';
import { formatSeconds } from './formatting.ts';
import type { PlanInput } from './planInput.ts';
import { mostOutOfOrder } from './sourceChanges.ts';

/**
 * Whether a source is what it announces: asked where a result is not, since a recording that was cut off, or joined of several,
 * makes the same result everywhere, and ffmpeg finds nothing wrong with either.
 */

/** Beyond this the packets of a source do not fit the length that it announces. Seconds, and the part of it. */
const least = { seconds: 1, part: 0.02 } as const;

/** ffmpeg's arguments to read its packets to the end. Undefined where it announces nothing that could be held against it. */
export function lengthArguments({ sources, dialect }: PlanInput): string[] | undefined {
  const [source, ...more] = sources;
  const opened = openable(source.probe, dialect);
  if (more.length > 0 || !opened.ok || source.probe.duration === undefined) return undefined;
  return [
    ...['-hide_banner', '-loglevel', '+level+error', '-nostats', '-progress', 'pipe:1'],
    ...inputArguments(source, opened.family),
    ...['-map', '0:V?', '-map', '0:a?', '-c', 'copy', '-f', 'null', '-'],
  ];
}

/**
 * A sentence that says how it is not what it announces; undefined where it is. `seconds`: of the packets that were read; `said`:
 * by ffmpeg meanwhile.
 */
export function wrongLength(
  { sources: [{ probe }] }: PlanInput,
  { seconds, said }: { readonly seconds: number | undefined; readonly said: string },
): string | undefined {
  const announced = probe.duration;
  if (announced === undefined || seconds === undefined) return undefined;
  if (Math.abs(seconds - announced) > Math.max(least.seconds, announced * least.part))
    return `The source announces ${formatSeconds(announced)} and has ${formatSeconds(seconds)}: it was cut off, or is not told of rightly.`;
  return said.split('monotonically increasing').length > mostOutOfOrder
    ? 'The times of the source begin anew in its middle.'
    : undefined;
}
