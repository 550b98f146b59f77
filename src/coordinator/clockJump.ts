/** What is kept of the system's clock, so that it shows, also after a restart, when that is suddenly far ahead. */
export interface ClockSeen {
  /** When it was looked at last, by itself, milliseconds since the epoch. */
  readonly at: number;
  /** Until then its word is not enough to delete anything for its age. */
  readonly doubtedUntil: number;
}

/** Milliseconds, both. */
export interface ClockDoubt {
  /** How far ahead a clock may be of the last look before it is doubted. */
  readonly doubtMs: number;
  /** How long things are kept: no doubt is of use for longer. */
  readonly keepMs: number;
}

/**
 * The next look at the clock. One that is ahead of the last look by more than `doubtMs` has been set, or the daemon was away
 * for as long. Nobody knows which of the two times was wrong: if this one, a person or the network's time may put it right;
 * if the last one, what is kept since then was kept for much less than it seems. So for as long again nothing is deleted.
 * One that was set back is believed.
 */
export function lookAtClock(
  seen: ClockSeen | undefined,
  now: number,
  { doubtMs, keepMs }: ClockDoubt,
): ClockSeen {
  if (!seen) return { at: now, doubtedUntil: 0 };
  const longestMs = Math.max(doubtMs, keepMs);
  const ahead = now - seen.at;
  if (ahead > doubtMs) return { at: now, doubtedUntil: now + Math.min(ahead, longestMs) };
  return { at: now, doubtedUntil: Math.min(seen.doubtedUntil, now + longestMs) };
}
