import { fail, warn } from './findings.ts';
import { formatSeconds } from './formatting.ts';
import type { JudgeInput } from './judge.ts';
import { longestPackets, muchOff } from './judgeDurations.ts';
import type { Finding } from './verdict.ts';

/**
 * Whether the decoders find as much sound in the result as in the source. How long a track says that it lasts does not tell: of
 * packets with wrong times players leave out what is in between.
 */
export function judgeSound({ expected, source, read, decoding }: JudgeInput): Finding[] {
  const there = decoding?.sound;
  const tracks = source.streams.filter(({ type }) => type === 'audio');
  if (!there || there.length !== expected.audio.length || read.sound?.length !== tracks.length) return [];
  return expected.audio.flatMap((track, position) => {
    const at = tracks.findIndex(({ index }) => index === track.sourceIndex);
    const [had, has] = [read.sound?.[at], there[position]];
    if (had === undefined || has === undefined) return [];
    const missing = had - has;
    if (missing <= Math.max(0.05, longestPackets / (tracks[at]?.sampleRate ?? 48_000))) return [];
    const sentence = `Of audio track ${position + 1} ${formatSeconds(has)} of sound can be decoded in the result, and ${formatSeconds(had)} in the source`;
    const explained = read.damage > 0 || read.truncated || read.changes?.rewinds === true;
    return missing > muchOff(had) && !explained
      ? [fail(`${sentence}.`)]
      : [{ ...warn(`${sentence}.`), loses: 'sound' as const }];
  });
}
