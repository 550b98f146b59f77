/** Units per second of a value that grows, smoothed over time whatever the rhythm of the samples. Times in seconds. */
export interface Pace {
  update(value: number | undefined, seconds: number): number | undefined;
}

/** Seconds after which a change of pace shows by two thirds. */
const smoothing = 5;

export function createPace(): Pace {
  let previous: { value: number; at: number } | undefined;
  let pace: number | undefined;
  return {
    update(value, seconds) {
      if (value === undefined) return pace;
      if (previous === undefined) {
        previous = { value, at: seconds };
        return pace;
      }
      const elapsed = seconds - previous.at;
      if (elapsed <= 0) return pace;
      const current = Math.max(0, (value - previous.value) / elapsed);
      const weight = 1 - Math.exp(-elapsed / smoothing);
      const next = pace === undefined ? current : pace + weight * (current - pace);
      if (Number.isFinite(next)) pace = next;
      previous = { value, at: seconds };
      return pace;
    },
  };
}
