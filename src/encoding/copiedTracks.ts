import { inputArguments, openable } from './commandParts.ts';
import { encodedTracks } from './decodeCheck.ts';
import { allDemuxerNames, fileUrl, inputWhitelists } from './demuxers.ts';
import type { Plan } from './plan.ts';
import type { PlanInput } from './planInput.ts';
import type { Probe } from './probe.ts';
import { hasSound } from './streams.ts';

/**
 * What is copied is bit by bit the same, and may be undecodable all the same: a container that says once for all of a track how
 * it is to be decoded has no place for what a broadcast or a recorder says anew in its middle. Only decoding tells, and only
 * beside that of the source, whose own damage is copied, too.
 */

/** ffmpeg's arguments to decode what of the result was copied. Undefined where that is nothing. */
export function copiedArguments(plan: Plan, result: Probe): string[] | undefined {
  const encoded = new Set(encodedTracks(plan, result).map(({ index }) => index));
  const copied = result.streams.filter(
    (stream) =>
      !encoded.has(stream.index) &&
      ((stream.type === 'video' && !stream.attachedPicture) || (stream.type === 'audio' && hasSound(stream))),
  );
  if (copied.length === 0) return undefined;
  return decoding(
    [...inputWhitelists(allDemuxerNames), '-i', fileUrl(plan.result)],
    copied.map(({ index }) => `0:${index}`),
  );
}

/** The same of all pictures and sounds of the source. */
export function sourceArguments({ sources, dialect }: PlanInput): string[] | undefined {
  const [source, ...more] = sources;
  const opened = openable(source.probe, dialect);
  if (more.length > 0 || !opened.ok) return undefined;
  return decoding(inputArguments(source, opened.family), ['0:V?', '0:a?']);
}

function decoding(input: readonly string[], tracks: readonly string[]): string[] {
  return [
    ...['-hide_banner', '-loglevel', '+repeat+level+warning', '-nostats', '-progress', 'pipe:1'],
    ...input,
    ...tracks.flatMap((track) => ['-map', track]),
    ...['-f', 'null', '-'],
  ];
}
