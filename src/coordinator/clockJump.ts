/** What is kept of the system's clock, so that it shows, also after a restart, when that is suddenly far ahead. */
export interface ClockSeen {
  /** When it was looked at last, by itself, milliseconds since the epoch. */
  readonly at: number;
  /** Until then its word is not enough to delete anything for its age. */
  readonly doubtedUntil: number;
}

/**
 * The next look at the clock. One that is ahead of the last look by more than `doubtMs` has been set, or the daemon was away
 * for as long: for so long a time again nobody knows which of the two was wrong, and a person, or the network's time, may
 * put it right. One that was set back is believed, and doubt of it ends as early as it would have.
 */
export function lookAtClock(seen: ClockSeen | undefined, now: number, doubtMs: number): ClockSeen {
  if (!seen) return { at: now, doubtedUntil: 0 };
  const doubtedUntil = now - seen.at > doubtMs ? now + doubtMs : Math.min(seen.doubtedUntil, now + doubtMs);
  return { at: now, doubtedUntil };
}
