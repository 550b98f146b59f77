import type { Probe } from './probe.ts';

/** Below this part of a file, or so few bytes, it is its index: that of speech at a low rate takes a fifth of it. */
const leastPart = 0.25;
const leastBytes = 64 * 1024;

/**
 * The part of a file that belongs to none of its tracks, 0 to 1, where that is more than an index takes: a second film
 * behind the first, a recording that is longer than its header says, what an edit list hides. Told by the rates and
 * durations of the tracks, which containers with an index know exactly; undefined where one track has none.
 */
export function unclaimedPart({ bytes, streams }: Pick<Probe, 'bytes' | 'streams'>): number | undefined {
  let claimed = 0;
  for (const { bitRate, duration } of streams) {
    if (bitRate === undefined || duration === undefined) return undefined;
    claimed += (bitRate * duration) / 8;
  }
  return streams.length > 0 && isMuch(bytes - claimed, bytes) ? 1 - claimed / bytes : undefined;
}

/** Whether so many of a file's bytes are more than what belongs to no track anyway. */
export function isMuch(unclaimed: number, bytes: number): boolean {
  return unclaimed >= leastBytes && unclaimed >= leastPart * bytes;
}
