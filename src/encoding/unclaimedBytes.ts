import type { Probe } from './probe.ts';

/** Below this part of a file, or so few bytes, it is its index: that of speech at a low rate takes a fifth of it. */
const leastPart = 0.25;
const leastBytes = 64 * 1024;
/** Where the container tells to the byte what belongs to its tracks. */
const leastExactPart = 0.03;
/** What the index of MP4 takes for each frame at most: its size, its place, both its times. */
const indexBytes = 40;

/**
 * The part of a file that belongs to none of its tracks, 0 to 1, where that is more than an index takes: a second film
 * behind the first, a recording that is longer than its header says, what an edit list hides. Told by the rates and
 * durations of the tracks, which containers with an index know exactly; undefined where one track has none.
 */
export function unclaimedPart(probe: Pick<Probe, 'bytes' | 'formatName' | 'streams'>): number | undefined {
  const { bytes, streams } = probe;
  let claimed = 0;
  for (const { bitRate, duration } of streams) {
    if (bitRate === undefined || duration === undefined) return undefined;
    claimed += (bitRate * duration) / 8;
  }
  const index = exactIndex(probe);
  const unclaimed = bytes - claimed;
  const tooMuch =
    index === undefined
      ? isMuch(unclaimed, bytes)
      : unclaimed - index >= Math.max(leastBytes, leastExactPart * bytes);
  return streams.length > 0 && tooMuch ? unclaimed / bytes : undefined;
}

/** Bytes that the index takes at most; undefined where sizes of tracks are not exact, as in fragments. */
function exactIndex({ formatName, streams }: Pick<Probe, 'formatName' | 'streams'>): number | undefined {
  if (['wav', 'w64', 'aiff', 'caf'].includes(formatName)) return 0;
  if (!formatName.startsWith('mov,')) return undefined;
  let total = 0;
  for (const { frames } of streams) {
    if (frames === undefined) return undefined;
    total += frames * indexBytes;
  }
  return total;
}

/** Whether so many of a file's bytes are more than what belongs to no track anyway. */
function isMuch(unclaimed: number, bytes: number): boolean {
  return unclaimed >= leastBytes && unclaimed >= leastPart * bytes;
}
