import type { Dialect } from './dialect.ts';
import { allDemuxerNames, fileUrl, inputWhitelists } from './demuxers.ts';
import type { Expectation } from './expectation.ts';
import type { TailCheck } from './judge.ts';
import type { Plan } from './plan.ts';
import type { Probe } from './probe.ts';
import type { ProgressBlock } from './progress.ts';
import { hasSound } from './streams.ts';

/**
 * The end of a result, decoded: an index says what should be there, only a decoder whether it is. Looks at what was
 * encoded here alone: a track that was copied may begin its last group with frames that nothing can decode.
 */

/** Seconds before the end at which it begins, at the keyframe before that. */
const tailSeconds = 2;
const kinds: readonly Expectation['kind'][] = ['film', 'sound'];

/** Undefined where there is nothing to look at. */
export function tailArguments(plan: Plan, result: Probe, dialect: Dialect): string[] | undefined {
  const { duration } = result;
  if (!kinds.includes(plan.expected.kind) || duration === undefined) return undefined;
  const tracks = result.streams.filter(
    (stream) =>
      (stream.type === 'video' && !stream.attachedPicture && plan.encoders.video !== undefined) ||
      (stream.type === 'audio' && plan.encoders.audio.length > 0 && hasSound(stream)),
  );
  if (tracks.length === 0) return undefined;
  return [
    ...['-hide_banner', '-loglevel', '+level+warning', '-nostats', '-progress', 'pipe:1'],
    // What lies between the keyframe and the beginning counts, too: a film may have one frame.
    ...['-noaccurate_seek', '-ss', String(Math.max(0, duration - tailSeconds))],
    ...inputWhitelists(allDemuxerNames),
    ...['-i', fileUrl(plan.result)],
    ...tracks.flatMap(({ index }) => ['-map', `0:${index}`]),
    ...[dialect.frameRateModeOption, 'passthrough'],
    ...['-f', 'null', '-'],
  ];
}

/** This ffmpeg made what it cannot read: that says nothing. */
const noDecoder =
  /no decoder found for|Decoder .* not found|Unknown decoder|hardware accelerated AV1 decoding/u;

/** What came of it; undefined where it could not be looked at. */
export function readTail(run: {
  readonly code: number | null;
  readonly progress: ProgressBlock | undefined;
  readonly damage: number;
  readonly tail: readonly string[];
}): TailCheck | undefined {
  const { code, progress, damage, tail } = run;
  if (tail.some((line) => noDecoder.test(line))) return undefined;
  const decoded = progress?.frame ?? ((progress?.outTime ?? 0) > 0 ? 1 : 0);
  return { decoded, damage: code === 0 ? damage : Math.max(1, damage) };
}
