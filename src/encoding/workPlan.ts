/** How the work is divided among steps, of which some took their time already. */
export interface WorkPlan {
  /** Step `index` took so many seconds; undefined forgets that it was done. */
  took(index: number, seconds: number | undefined): void;
  /**
   * What steps from `index` on take. `own` is how long that step takes by its own pace, where it has one, and `done` the
   * part of it which that pace rests on.
   */
  from(index: number, own: number | undefined, done: number): RemainingWork;
}

export interface RemainingWork {
  /** Of the step itself, from its beginning. */
  readonly step: number;
  /** Of all later ones together. */
  readonly later: number;
  /** Both are seconds; before anything was measured they are in units of weight. */
  readonly measured: boolean;
}

/** The part of a step for which the prediction from earlier steps weighs as much as the step’s own pace. */
const trustInPrediction = 0.05;

/**
 * Weights are a guess of the seconds. What was measured, of finished steps and of the running one by its own pace, says
 * how many seconds a unit of weight takes, and so what the rest will take.
 */
export function createWorkPlan(weights: readonly number[]): WorkPlan {
  const measured = new Map<number, number>();
  const weightOf = (index: number) => weights[index] ?? 0;

  function secondsPerWeight(): number | undefined {
    const weight = sum([...measured.keys()].map(weightOf));
    return weight > 0 ? sum([...measured.values()]) / weight : undefined;
  }

  function predicted(index: number, own: number | undefined, done: number): number | undefined {
    const unit = secondsPerWeight();
    if (unit === undefined) return own;
    const byWeight = weightOf(index) * unit;
    return own === undefined
      ? byWeight
      : (trustInPrediction * byWeight + done * own) / (trustInPrediction + done);
  }

  return {
    took(index, seconds) {
      if (seconds === undefined) measured.delete(index);
      else measured.set(index, seconds);
    },
    from(index, own, done) {
      const laterWeight = sum(weights.slice(index + 1));
      const step = predicted(index, own, done);
      if (step === undefined) return { step: weightOf(index), later: laterWeight, measured: false };
      const weight = weightOf(index) + sum([...measured.keys()].map(weightOf));
      const seconds = step + sum([...measured.values()]);
      return { step, later: weight > 0 ? (laterWeight * seconds) / weight : 0, measured: true };
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
