import type { Expectation, ExpectedAudio, ExpectedVideo } from './expectation.ts';
import { fail, warn } from './findings.ts';
import { formatSeconds } from './formatting.ts';
import type { EncodeReport, JudgeInput } from './judge.ts';
import { missingSound } from './judgeSound.ts';
import { pictures } from './judgeTracks.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { longestPackets, muchOff } from './tolerances.ts';
import type { Finding } from './verdict.ts';

/**
 * Whether every track lasts as long as the plan says, or as the source had to give. Constant rate: one frame or
 * 50 ms; where the source's own duration is a guess, half a second or a thousandth.
 */
export function judgeDurations(input: JudgeInput, result: Probe): Finding[] {
  const { expected, read } = input;
  // A still has no length, and a playlist's pieces are measured by their list.
  if (expected.kind === 'still') return [];
  const audio = result.streams.filter((stream) => stream.type === 'audio');
  const [video] = pictures(result);
  const tracks: Track[] = [
    ...(expected.video && video ? [videoTrack(expected, expected.video, video)] : []),
    ...expected.audio.flatMap((track, position) => {
      const stream = audio[position];
      return stream ? [audioTrack(input, position, { track, stream })] : [];
    }),
  ];
  const comparable = tracks.filter((track) => track.actual !== undefined && track.expected !== undefined);
  // Where the tracks do not say, the whole file must.
  const compared = comparable.length > 0 ? comparable : [wholeFile(expected, result.duration, input)];
  const findings = compared.flatMap((track) => judgeDuration(track, expected, read));
  const empty = [...(video ? [video] : []), ...audio].filter(
    (stream) => (stream.duration ?? result.duration ?? read.outTime ?? 0) <= 0,
  );
  if (empty.length > 0 && findings.every((finding) => finding.level !== 'fail'))
    findings.push(fail(`The result’s ${empty[0]?.type ?? 'file'} has no duration.`));
  return findings;
}

interface Track {
  readonly name: string;
  /** Seconds. */
  readonly actual: number | undefined;
  readonly expected: number | undefined;
  readonly startOffset: number;
  readonly tolerance: number;
  /** Seconds by which it begins after the file does, which some containers do not say of a source. */
  readonly late: number;
  /** As much of it can be decoded as of the source. */
  readonly isWhole?: boolean;
}

function videoTrack(all: Expectation, track: ExpectedVideo, stream: ProbeStream): Track {
  const frame = track.frameRate ? 1 / track.frameRate : 0;
  return {
    name: 'video',
    actual: stream.duration,
    expected: track.duration,
    startOffset: track.startOffset,
    tolerance: tolerance(all, track.duration, Math.max(frame, track.variableFrameRate ? 0.5 : 0)),
    late: stream.startTime ?? 0,
  };
}

function audioTrack(
  input: JudgeInput,
  position: number,
  { track, stream }: { readonly track: ExpectedAudio; readonly stream: ProbeStream },
): Track {
  const all = input.expected;
  const unit = longestPackets / (stream.sampleRate ?? 48_000);
  const heard = missingSound(input, position);
  return {
    name: 'audio',
    actual: stream.duration,
    expected: track.duration,
    startOffset: track.startOffset,
    tolerance: tolerance(all, track.duration, unit),
    late: stream.startTime ?? 0,
    isWhole: heard !== undefined && heard.seconds <= heard.tolerance,
  };
}

/** A plan that promises no duration where the source guesses one: then what was read is all there was. */
function wholeFile(all: Expectation, actual: number | undefined, { source, read }: JudgeInput): Track {
  const expected = all.duration ?? (all.durationEstimated ? read.outTime : source.duration);
  return {
    name: 'file',
    actual,
    expected,
    startOffset: 0,
    tolerance: tolerance(all, expected, 0.1),
    late: 0,
  };
}

/** One unit (a frame, a packet) or 50 ms; more where the source's duration is a guess. Seconds. */
function tolerance(all: Expectation, duration: number | undefined, unit: number): number {
  const exact = Math.max(unit, 0.05);
  return all.durationEstimated ? Math.max(exact, 0.5, (duration ?? 0) * 0.001) : exact;
}

function judgeDuration(track: Track, all: Expectation, read: EncodeReport): Finding[] {
  const { name, actual, expected, startOffset } = track;
  if (actual === undefined || expected === undefined) return [];
  const missing = expected - actual;
  // A millisecond for what containers round.
  if (missing > track.tolerance + 0.001) {
    const sentence = `The result’s ${name} lasts ${formatSeconds(actual)} of the ${formatSeconds(expected)} that the source announces`;
    if (read.truncated)
      return [warn(`${sentence}: the source ends early, and everything in it was encoded.`)];
    if (read.damage > 0) return [warn(`${sentence}: the source is damaged.`)];
    // Matroska says of a track when it ends, rather than how long it lasts.
    if (track.late > track.tolerance && missing - track.late <= track.tolerance)
      return track.isWhole === true ? [] : [warn(`${sentence}: it begins at ${formatSeconds(track.late)}.`)];
    return missing > muchOff(expected) && !(all.durationEstimated && missing < expected * 0.1)
      ? [fail(`${sentence}.`)]
      : [warn(`${sentence}.`)];
  }
  const surplus = actual - expected - startOffset;
  if (surplus > track.tolerance + 0.001) {
    const sentence = `The result’s ${name} lasts ${formatSeconds(actual)}, longer than the ${formatSeconds(expected)} that the source announces.`;
    const explained = all.durationEstimated || read.damage > 0 || read.truncated;
    return [surplus > muchOff(expected) && !explained ? fail(sentence) : warn(sentence)];
  }
  return [];
}
