/** Samples: encoders pad sound at both ends to whole packets, of 1152 samples at most. */
export const longestPackets = 3 * 1152;

/** Beyond this a difference is a failure, unless damage in the source explains it. Seconds. */
export function muchOff(duration: number): number {
  return Math.min(Math.max(1, duration * 0.02), duration / 4);
}
