/** Predicts how long a whole step takes from how far it is when. */
export interface StepForecast {
  /** `done` is 0 to 1 and never falls; `seconds` since the step began, pauses left out. */
  update(done: number, seconds: number): void;
  /** Seconds for the whole step at the pace measured so far; missing until there is a pace. */
  total(): number | undefined;
}

/** How much more the latest work counts than earlier work: 0 is the plain average, 1 grows evenly with the work. */
const recency = 1;
/** Seconds of output to watch before there is a pace worth the name. */
const warmUp = 1;

/**
 * The seconds that a unit of work takes, averaged over the work done; each piece weighs as the power `recency` of its
 * distance from the first output. Such a memory grows with the encode, without a time constant to choose: an encode of
 * ten seconds and one of ten hours are judged by the same part of what they did. It is the polynomial-decay averaging
 * of Shamir and Zhang (Stochastic Gradient Descent for Non-smooth Optimization, ICML 2013), here over work instead of
 * samples.
 *
 * What happens before the first output, such as opening files and filling the look-ahead, is no part of the pace.
 */
export function createStepForecast(): StepForecast {
  let first: { done: number; seconds: number } | undefined;
  let last = { done: 0, seconds: 0 };
  let weightedSeconds = 0;
  let weightedWork = 0;
  return {
    update(done, seconds) {
      if (!(done > last.done)) return;
      if (first === undefined) first = { done, seconds };
      else if (seconds <= last.seconds) return;
      else {
        const weight = ((done + last.done) / 2 - first.done) ** recency;
        weightedSeconds += weight * (seconds - last.seconds);
        weightedWork += weight * (done - last.done);
      }
      last = { done, seconds };
    },
    total() {
      if (first === undefined || last.seconds - first.seconds < warmUp) return undefined;
      const seconds = weightedSeconds / weightedWork;
      return Number.isFinite(seconds) ? seconds : undefined;
    },
  };
}
