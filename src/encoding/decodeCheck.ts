import { decimal } from './commandParts.ts';
import { createDamageReader } from './damageReader.ts';
import type { Dialect } from './dialect.ts';
import { allDemuxerNames, fileUrl, inputWhitelists } from './demuxers.ts';
import { frozenResultFilter, readsFrozenEnds } from './frozenEnd.ts';
import type { DecodeCheck, DecodedPart } from './judge.ts';
import type { Plan } from './plan.ts';
import type { Container } from './presetNames.ts';
import type { Probe, ProbeStream } from './probe.ts';
import type { ProgressBlock } from './progress.ts';
import { meansDamage } from './stderr.ts';
import { stillDemuxer } from './stillProbe.ts';
import { hasSound } from './streams.ts';

/**
 * A result, decoded: an index says what should be there, only a decoder whether it is. Looks at what was encoded here
 * alone: a track that was copied may begin its last group with frames that nothing can decode.
 */

/** Seconds before the end at which a look at the end begins, at the keyframe before that. */
const endSeconds = 2;

/** What the encode took. */
export interface EncodeCost {
  readonly seconds: number;
  readonly frames: number | undefined;
}

/** The usual distance of keyframes where a preset names none: x264's and x265's own. */
const usualKeyframeDistance = 250;
/** Seconds, and part of the encode's time, that a look at the end may take. */
const allowedSeconds = 0.3;
const allowedPart = 0.004;
/** Decoding is at least so many times as fast as encoding. */
const decodingGain = 2;

/** Whether the end can be decoded, from a keyframe on, in no time beside what the encode took. */
function isCheap(result: Probe, { seconds, frames }: EncodeCost): boolean {
  const video = result.streams.find(({ type, attachedPicture }) => type === 'video' && !attachedPicture);
  if (!video) return true;
  if (frames === undefined || frames === 0) return false;
  const decoded = Math.min(frames, usualKeyframeDistance + endSeconds * (video.frameRate ?? 25));
  return (decoded * (seconds / frames)) / decodingGain <= allowedSeconds + allowedPart * seconds;
}

/** How much of the result is to be decoded; undefined where there is nothing to look at. */
export function decodedPart(plan: Plan, result: Probe, cost: EncodeCost): DecodedPart | undefined {
  const { kind, verify } = plan.expected;
  if (kind === 'ladder' || encodedTracks(plan, result).length === 0) return undefined;
  if (kind === 'still' || kind === 'animation' || verify === 'whole') return 'whole';
  if (result.duration === undefined) return undefined;
  return isCheap(result, cost) ? 'end' : 'packets';
}

/** ffmpeg's arguments, without the binary; it runs in the folder of the attempt. */
export function decodeArguments(plan: Plan, result: Probe, dialect: Dialect, part: DecodedPart): string[] {
  const { kind } = plan.expected;
  const tracks = encodedTracks(plan, result);
  const frozen =
    kind === 'film' &&
    part !== 'packets' &&
    readsFrozenEnds(dialect) &&
    tracks.some(({ type }) => type === 'video');
  return [
    // How much sound came is said at the end.
    ...[
      '-hide_banner',
      '-loglevel',
      `+repeat+level+${part === 'whole' ? 'verbose' : frozen ? 'info' : 'warning'}`,
    ],
    ...['-nostats', '-progress', 'pipe:1', '-err_detect', 'crccheck'],
    // What lies between the keyframe and the beginning counts, too: a film may have one frame.
    ...(part !== 'whole'
      ? ['-noaccurate_seek', '-ss', decimal(Math.max(0, (result.duration ?? 0) - endSeconds))]
      : []),
    ...(kind === 'still' ? stillInput(plan.result) : inputWhitelists(allDemuxerNames)),
    ...['-i', fileUrl(plan.result)],
    ...tracks.flatMap(({ index }) => ['-map', `0:${index}`]),
    ...(frozen ? ['-vf', frozenResultFilter] : []),
    ...(part === 'packets' ? ['-c:v', 'copy', ...tracks.flatMap(takingApart)] : []),
    ...[dialect.frameRateModeOption, 'passthrough'],
    ...['-f', 'null', '-'],
  ];
}

/** ffmpeg's bitstream filters that find a unit with a wrong length, as where bytes are missing or blank. */
function takingApart({ type, codec }: ProbeStream): string[] {
  if (type !== 'video' || (codec !== 'h264' && codec !== 'hevc')) return [];
  return ['-bsf:v', `${codec}_mp4toannexb`];
}

/** Of the result: those that were not copied. */
export function encodedTracks(plan: Plan, result: Probe): ProbeStream[] {
  return result.streams.filter(
    (stream) =>
      (stream.type === 'video' && !stream.attachedPicture && plan.encoders.video !== undefined) ||
      (stream.type === 'audio' && plan.encoders.audio.length > 0 && hasSound(stream)),
  );
}

function stillInput(file: string): string[] {
  const demuxer = stillDemuxer(file.slice(file.lastIndexOf('.') + 1) as Container);
  return [...inputWhitelists([demuxer]), '-f', demuxer];
}

/** This ffmpeg made what it cannot read: that says nothing. */
const noDecoder =
  /no decoder found for|Decoder .* not found|Unknown decoder|hardware accelerated AV1 decoding/u;

/** A demuxer's word on its file's header (`[mov,mp4,m4a,3gp,3g2,mj2 @ …]`): a reference that leads nowhere loses nothing. */
const ofDemuxer = /^\[[a-z0-9_]+,/u;

/** A tag of the result, or the title of a chapter: words of anybody. */
const ofTags = /^\[info\] {2,}/u;

/** What came of it; undefined where it could not be looked at. `said`: all of standard error, or the end of it. */
export function readDecoded(
  part: DecodedPart,
  run: {
    readonly code: number | null;
    readonly progress: ProgressBlock | undefined;
    readonly said: string;
  },
): DecodeCheck | undefined {
  const { code, progress, said } = run;
  if (noDecoder.test(said)) return undefined;
  const reader = createDamageReader();
  const lines = said
    .split('\n')
    .filter((line) => !ofTags.test(line) && (!ofDemuxer.test(line) || meansDamage(line)));
  reader.push(lines.join('\n'), undefined);
  const { messages } = reader.summary();
  const decoded = progress?.frame ?? ((progress?.outTime ?? 0) > 0 ? 1 : 0);
  return { part, decoded, damage: code === 0 ? messages : Math.max(1, messages) };
}

/** Not every container can be entered near its end: what a look at the end finds must be found in the whole, too. */
export function isSuspicious({ part, decoded, damage }: DecodeCheck): boolean {
  return part !== 'whole' && (decoded === 0 || damage > 0);
}
