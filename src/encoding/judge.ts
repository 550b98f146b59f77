import type { ExpectedAudio, ExpectedVideo, Expectation } from './expectation.ts';
import { formatSeconds } from './formatting.ts';
import type { Probe, ProbeStream } from './probe.ts';
import type { Finding, Verdict } from './verdict.ts';

/** What the encode itself reported: the last progress block, and what standard error showed. */
export interface EncodeReport {
  /** Seconds of media written. */
  readonly outTime?: number;
  readonly frames?: number;
  /** Places in which the source could not be decoded, see stderr.ts. */
  readonly damage: number;
  /** The source ends before its own index says. */
  readonly truncated: boolean;
}

export interface JudgeInput {
  readonly expected: Expectation;
  readonly source: Probe;
  readonly read: EncodeReport;
  /** ffprobe's view of the staged file; missing where it could not be read at all. */
  readonly result: Probe | undefined;
  readonly exit: { readonly code: number | null; readonly signal: string | null };
}

/**
 * Whether the staged file is what was asked for. Exit code 0 is not success and a line on standard error is not
 * failure: the result is held against the plan, and against what the encode read where the source is damaged.
 */
export function judge(input: JudgeInput): Verdict {
  const { expected, read, result, exit } = input;
  if (exit.code !== 0)
    return toVerdict([
      fail(
        exit.signal === null
          ? `ffmpeg ended with exit code ${exit.code ?? 'unknown'}.`
          : `ffmpeg was ended by ${exit.signal}.`,
      ),
    ]);
  if (result === undefined || result.bytes === 0)
    return toVerdict([fail(result ? 'The result is empty.' : 'The result cannot be read back.')]);
  return toVerdict([
    ...judgeStreams(expected, result),
    ...judgePicture(expected.video, result),
    ...judgeDurations(input, result),
    ...judgeDamage(read),
    ...expected.notes,
  ]);
}

function judgeStreams(expected: Expectation, result: Probe): Finding[] {
  const findings: Finding[] = [];
  const video = result.streams.filter((stream) => stream.type === 'video');
  const audio = result.streams.filter((stream) => stream.type === 'audio');
  const wanted = expected.video ? 1 : 0;
  if (video.length !== wanted)
    findings.push(fail(`The result has ${video.length} video tracks instead of ${wanted}.`));
  if (audio.length !== expected.audio.length)
    findings.push(fail(`The result has ${audio.length} audio tracks instead of ${expected.audio.length}.`));
  const codecs: [ProbeStream | undefined, string | undefined][] = [
    [video[0], expected.video?.codec],
    ...expected.audio.map((track, position): [ProbeStream | undefined, string] => [
      audio[position],
      track.codec,
    ]),
  ];
  for (const [stream, codec] of codecs)
    if (stream && codec !== undefined && stream.codec !== codec)
      findings.push(fail(`The result’s ${stream.type} is ${stream.codec} instead of ${codec}.`));
  for (const [position, track] of expected.audio.entries()) {
    const channels = audio[position]?.channels;
    if (channels !== undefined && track.channels !== undefined && channels !== track.channels)
      findings.push(fail(`The result’s audio has ${channels} channels instead of ${track.channels}.`));
  }
  return findings;
}

function judgePicture(expected: ExpectedVideo | undefined, result: Probe): Finding[] {
  const video = result.streams.find((stream) => stream.type === 'video');
  if (!expected || !video) return [];
  const findings: Finding[] = [];
  if (expected.width !== undefined && expected.height !== undefined)
    if (video.width !== expected.width || video.height !== expected.height)
      findings.push(
        fail(
          `The result’s picture is ${video.width ?? '?'}×${video.height ?? '?'} instead of ${expected.width}×${expected.height}.`,
        ),
      );
  if (!expected.variableFrameRate && expected.frameRate !== undefined && video.frameRate !== undefined) {
    // A single frame has no rate to measure.
    const enough = (expected.frames ?? 2) > 1 && (video.frames ?? 2) > 1;
    if (enough && Math.abs(video.frameRate / expected.frameRate - 1) > 0.02)
      findings.push(
        warn(`The result has ${round(video.frameRate)} fps instead of ${round(expected.frameRate)} fps.`),
      );
  }
  return findings;
}

/** Beyond this a difference is a failure, unless damage in the source explains it. Seconds. */
function muchOff(duration: number): number {
  return Math.min(Math.max(1, duration * 0.02), duration / 4);
}

function judgeDurations({ expected, read, result: _, ...input }: JudgeInput, result: Probe): Finding[] {
  const audio = result.streams.filter((stream) => stream.type === 'audio');
  const video = result.streams.find((stream) => stream.type === 'video');
  const tracks: Track[] = [
    ...(expected.video && video ? [videoTrack(expected, expected.video, video)] : []),
    ...expected.audio.flatMap((track, position) => {
      const stream = audio[position];
      return stream ? [audioTrack(expected, track, stream)] : [];
    }),
  ];
  const comparable = tracks.filter((track) => track.actual !== undefined && track.expected !== undefined);
  // Where the tracks do not say, the whole file must.
  const compared =
    comparable.length > 0 ? comparable : [wholeFile(expected, result.duration, input.source.duration)];
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
}

function videoTrack(all: Expectation, track: ExpectedVideo, stream: ProbeStream): Track {
  const frame = track.frameRate ? 1 / track.frameRate : 0;
  return {
    name: 'video',
    actual: stream.duration,
    expected: track.duration,
    startOffset: track.startOffset,
    tolerance: tolerance(all, track.duration, Math.max(frame, track.variableFrameRate ? 0.5 : 0)),
  };
}

/** Encoders pad sound at both ends to whole packets, of 1152 samples at most. */
const audioPackets = 3 * 1152;

function audioTrack(all: Expectation, track: ExpectedAudio, stream: ProbeStream): Track {
  return {
    name: 'audio',
    actual: stream.duration,
    expected: track.duration,
    startOffset: track.startOffset,
    tolerance: tolerance(all, track.duration, audioPackets / (stream.sampleRate ?? 48_000)),
  };
}

function wholeFile(all: Expectation, actual: number | undefined, source: number | undefined): Track {
  const expected = all.duration ?? source;
  return { name: 'file', actual, expected, startOffset: 0, tolerance: tolerance(all, expected, 0.1) };
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

function judgeDamage(read: EncodeReport): Finding[] {
  if (read.damage === 0) return [];
  return [
    warn(
      `The source is damaged: ffmpeg reported ${read.damage} ${read.damage === 1 ? 'place' : 'places'} that it could not decode.`,
    ),
  ];
}

function toVerdict(findings: Finding[]): Verdict {
  const has = (level: Finding['level']) => findings.some((finding) => finding.level === level);
  return { level: has('fail') ? 'fail' : has('warn') ? 'warn' : 'pass', findings };
}

function fail(message: string): Finding {
  return { level: 'fail', message };
}

function warn(message: string): Finding {
  return { level: 'warn', message };
}

function round(value: number): string {
  return String(Number(value.toFixed(2)));
}
