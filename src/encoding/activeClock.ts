/** Seconds of work: the time that passed without the pauses. */
export interface ActiveClock {
  /** `now` in milliseconds of any clock. Where it goes back, or is no number, time stands still. */
  at(now: number): number;
  pause(now: number): void;
  resume(now: number): void;
  readonly paused: boolean;
}

export function createActiveClock(): ActiveClock {
  let latest: number | undefined;
  let active = 0;
  let paused = false;

  function at(now: number): number {
    if (!Number.isFinite(now)) return active;
    if (latest !== undefined && now > latest && !paused) active += (now - latest) / 1000;
    latest = Math.max(latest ?? now, now);
    return active;
  }

  return {
    at,
    pause(now) {
      at(now);
      paused = true;
    },
    resume(now) {
      at(now);
      paused = false;
    },
    get paused() {
      return paused;
    },
  };
}
