/** Foresees the pace of the rest of a step from how far it was when. */
export interface StepForecast {
  /** `done` is 0 to 1 and never falls; `seconds` since the step began, pauses left out. */
  update(done: number, seconds: number): void;
  /** Seconds for each unit of the work that is left, the whole step being 1; missing until there is a pace. */
  pace(): number | undefined;
}

/** Seconds of output to watch before there is a pace worth the name. */
const warmUp = 0.5;
/** The recent pace is that of this part of the time so far, … */
const recentPart = 0.1;
/** … but of so many seconds at least: blocks and bursts of packets come too unevenly for less. */
const recentSeconds = 2;
/** How much further the recent pace reaches, as a part of the whole work, before two thirds of it are forgotten. */
const reach = 0.3;

/**
 * Films have easy and hard scenes: what comes next costs about as much as what was last, what comes much later as much as
 * the film on the whole. So the pace is taken to return from the recent one to the average of all so far:
 *
 *     pace(x) = average + (recent − average) × exp(−x ÷ reach)        at the distance x from here
 *
 * which is the conditional mean of the process of Uhlenbeck and Ornstein (On the Theory of the Brownian Motion, 1930).
 * Its mean over the rest of the work is what is told. Early on that is mostly the average, towards the end mostly the
 * recent pace. The memory of the recent pace grows with the encode, since ten seconds and ten hours show scenes alike.
 *
 * What happens before the first output, such as opening files and filling the look-ahead, is no part of the pace.
 */
export function createStepForecast(): StepForecast {
  let first: { done: number; seconds: number } | undefined;
  let last = { done: 0, seconds: 0 };
  let recent = { work: 0, seconds: 0 };
  return {
    update(done, seconds) {
      if (!(done > last.done)) return;
      if (first === undefined) first = { done, seconds };
      else if (seconds <= last.seconds) return;
      else {
        const elapsed = seconds - last.seconds;
        const memory = Math.max(recentSeconds, recentPart * (seconds - first.seconds));
        const kept = Math.exp(-elapsed / memory);
        recent = { work: recent.work * kept + done - last.done, seconds: recent.seconds * kept + elapsed };
      }
      last = { done, seconds };
    },
    pace() {
      if (first === undefined || last.seconds - first.seconds < warmUp) return undefined;
      const average = (last.seconds - first.seconds) / (last.done - first.done);
      const left = (1 - last.done) / reach;
      const share = left > 0 ? (1 - Math.exp(-left)) / left : 1;
      const pace = average + (recent.seconds / recent.work - average) * share;
      return Number.isFinite(pace) ? pace : undefined;
    },
  };
}
