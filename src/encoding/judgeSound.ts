import { fail, warn } from './findings.ts';
import { formatSeconds } from './formatting.ts';
import type { JudgeInput } from './judge.ts';
import { longestPackets, muchOff } from './tolerances.ts';
import type { Finding } from './verdict.ts';

interface Missing {
  /** By how much less comes out of the decoders than of the source; below 0 where it is more. */
  readonly seconds: number;
  readonly had: number;
  readonly has: number;
  /** One unit of it, or 50 ms. */
  readonly tolerance: number;
}

/** What decoders find of a track of the result beside what they find of it in the source; undefined where nobody has looked. */
export function missingSound(
  { expected, source, read, decoding }: Pick<JudgeInput, 'expected' | 'source' | 'read' | 'decoding'>,
  position: number,
): Missing | undefined {
  const there = decoding?.sound;
  const tracks = source.streams.filter(({ type }) => type === 'audio');
  if (there?.length !== expected.audio.length || read.sound?.length !== tracks.length) return undefined;
  const at = tracks.findIndex(({ index }) => index === expected.audio[position]?.sourceIndex);
  const [had, has] = [read.sound[at], there[position]];
  if (had === undefined || has === undefined) return undefined;
  const tolerance = Math.max(0.05, longestPackets / (tracks[at]?.sampleRate ?? 48_000));
  return { seconds: had - has, had, has, tolerance };
}

/**
 * Whether the decoders find as much sound in the result as in the source. How long a track says that it lasts does not tell: of
 * packets with wrong times players leave out what is in between.
 */
export function judgeSound(input: JudgeInput): Finding[] {
  const { expected, read } = input;
  const explained = read.damage > 0 || read.truncated || read.changes?.rewinds === true;
  return expected.audio.flatMap((_, position) => {
    const missing = missingSound(input, position);
    if (!missing || missing.seconds <= missing.tolerance) return [];
    const { seconds, had, has } = missing;
    const sentence = `Of audio track ${position + 1} ${formatSeconds(has)} of sound can be decoded in the result, and ${formatSeconds(had)} in the source`;
    return seconds > muchOff(had) && !explained
      ? [fail(`${sentence}.`)]
      : [{ ...warn(`${sentence}.`), loses: 'sound' as const }];
  });
}
