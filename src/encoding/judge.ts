import type { Expectation } from './expectation.ts';
import { fail, warn } from './findings.ts';
import { formatPercent } from './formatting.ts';
import { judgeChanges } from './judgeChanges.ts';
import { judgeDurations } from './judgeDurations.ts';
import { judgePicture } from './judgePicture.ts';
import { judgeSize } from './judgeSize.ts';
import { judgeSound } from './judgeSound.ts';
import { judgeTags } from './judgeTags.ts';
import { judgeTracks } from './judgeTracks.ts';
import type { Probe } from './probe.ts';
import type { SourceChanges } from './sourceChanges.ts';
import type { LateTrack } from './stderr.ts';
import type { Finding, Loss, Verdict } from './verdict.ts';

/** What the encode itself reported: the last progress block, and what standard error showed. */
export interface EncodeReport {
  /** Seconds of media written. */
  readonly outTime?: number;
  readonly frames?: number;
  /** Frames that ffmpeg repeated, and left out, to keep a constant rate. */
  readonly duplicatedFrames?: number;
  readonly droppedFrames?: number;
  /** Places in which the source could not be decoded, see stderr.ts. */
  readonly damage: number;
  /** The source ends before its own index says. */
  readonly truncated: boolean;
  /** Kinds of tracks that begin so late that the plan did not know of them. */
  readonly lateTracks?: readonly LateTrack[] | undefined;
  /** The part of the source that ffmpeg reads, 0 to 1, where that was looked at and is not all. */
  readonly partRead?: number | undefined;
  /** How it changes its shape in the middle; missing: it does not, or nobody has looked. */
  readonly changes?: SourceChanges | undefined;
  /** Seconds that its decoders make of each track of sound, in the order of the source. */
  readonly sound?: readonly (number | undefined)[] | undefined;
  /** Places of copied tracks that can be decoded in the source, and not in the result. */
  readonly copyDamage?: number | undefined;
  /** What the source carries that ffmpeg does not read, and never copies. */
  readonly uncopied?: readonly { readonly name: string; readonly loses: Loss }[] | undefined;
}

/** `packets`: the end is read and taken apart, its sound alone is decoded. */
export type DecodedPart = 'packets' | 'end' | 'whole';

/** What came of decoding the staged file. */
export interface DecodeCheck {
  readonly part: DecodedPart;
  /** Frames or packets of sound that came out. */
  readonly decoded: number;
  /** Places that could not be decoded. */
  readonly damage: number;
  /** Of the whole: seconds of each track of sound, in the order of the result. */
  readonly sound?: readonly (number | undefined)[];
  /** The picture stands still to the end, and that of the source does not. */
  readonly frozen?: boolean;
}

export interface JudgeInput {
  readonly expected: Expectation;
  /** Of several sources, the first. */
  readonly source: Probe;
  readonly read: EncodeReport;
  /** ffprobe's view of the staged file; of a ladder, of its tallest rung. Missing where it could not be read at all. */
  readonly result: Probe | undefined;
  /** Of a ladder: each rung as it can be read back. */
  readonly rungs?: readonly (Probe | undefined)[];
  /** Missing where nothing of it was decoded. */
  readonly decoding?: DecodeCheck;
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
    ...judgeTracks(expected, result),
    ...judgePicture(input, result),
    ...judgeDurations(input, result),
    ...judgeRungs(input),
    ...judgeDecoding(input),
    ...judgeSound(input),
    ...judgeSize(expected, result),
    ...judgeTags(expected, result, read),
    ...judgePartRead(read),
    ...judgeLateTracks(read),
    ...judgeCopies(read),
    ...judgeChanges(expected, read, input.source),
    ...judgeDamage(read),
    ...expected.notes,
  ]);
}

function judgeRungs({ expected, rungs }: JudgeInput): Finding[] {
  if (expected.rungs === undefined || rungs === undefined) return [];
  const readable = rungs.filter((rung) => rung !== undefined && rung.bytes > 0);
  return readable.length === expected.rungs
    ? []
    : [fail(`${readable.length} of the ladder’s ${expected.rungs} sizes can be read back.`)];
}

function judgeDecoding({ decoding }: JudgeInput): Finding[] {
  if (decoding === undefined) return [];
  const part = decoding.part === 'whole' ? 'result' : 'end of the result';
  if (decoding.decoded === 0) return [fail(`The ${part} cannot be decoded.`)];
  if (decoding.damage > 0) return [fail(`The ${part} is damaged in ${places(decoding.damage)}.`)];
  return decoding.frozen === true
    ? [fail('The picture of the result stands still at its end, and that of the source moves.')]
    : [];
}

/** What comes after it is in no result, and nobody says so. */
function judgePartRead({ partRead }: EncodeReport): Finding[] {
  if (partRead === undefined) return [];
  return [
    warn(`ffmpeg reads only ${formatPercent(partRead)} of the source: a second recording may follow there.`),
  ];
}

const late = {
  video: [
    'picture',
    'A picture of the source begins so late that ffmpeg did not know of it: it is not in the result.',
  ],
  audio: [
    'sound',
    'Sound of the source begins so late that ffmpeg did not know of it: it is not in the result.',
  ],
  subtitle: [
    'subtitles',
    'Subtitles of the source begin so late that ffmpeg did not know of them: they are not in the result.',
  ],
} as const satisfies Record<LateTrack, readonly [Loss, string]>;

/** A DVD’s file, and a broadcast, have no list of all their tracks at the beginning. */
function judgeLateTracks({ lateTracks = [] }: EncodeReport): Finding[] {
  return lateTracks.map((kind) => {
    const [loses, sentence] = late[kind];
    return { ...warn(sentence), loses };
  });
}

function judgeCopies({ copyDamage = 0 }: EncodeReport): Finding[] {
  if (copyDamage === 0) return [];
  return [
    warn(
      `What was copied cannot be decoded in ${places(copyDamage)} of the result, and can be in the source: how it is to be played changes there.`,
    ),
  ];
}

function judgeDamage(read: EncodeReport): Finding[] {
  if (read.damage === 0) return [];
  return [warn(`The source is damaged: ffmpeg reported ${places(read.damage)} that it could not decode.`)];
}

function places(count: number): string {
  return `${count} ${count === 1 ? 'place' : 'places'}`;
}

function toVerdict(findings: Finding[]): Verdict {
  const has = (level: Finding['level']) => findings.some((finding) => finding.level === level);
  return { level: has('fail') ? 'fail' : has('warn') ? 'warn' : 'pass', findings };
}
