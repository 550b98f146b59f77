/** How the work is divided among steps, some of which took their time already. */
export interface WorkPlan {
  /** Step `index` took so many seconds; undefined: it is to be done again. */
  took(index: number, seconds: number | undefined): void;
  /** What is to come, seen from within step `index`. */
  ahead(index: number, position: StepPosition): WorkAhead;
}

export interface StepPosition {
  /** The part of the step that is done. */
  readonly done: number;
  /** Seconds since it began. */
  readonly elapsed: number;
  /** Seconds for each unit of its work that is left, by what it was seen to do. */
  readonly pace?: number;
}

export interface WorkAhead {
  /** Of each unit of the step’s work that is left. */
  readonly pace: number;
  /** Of all later steps together. */
  readonly later: number;
  /** Both are seconds; before anything was measured they are in units of weight. */
  readonly measured: boolean;
}

/** The part of a step for which the prediction from earlier steps weighs as much as the step’s own pace. */
const trustInPrediction = 0.05;

/**
 * Weights are a guess of the seconds. What was measured, of finished steps and of the running one, says how many seconds
 * a unit of weight takes, and so what the rest will take.
 */
export function createWorkPlan(weights: readonly number[]): WorkPlan {
  const measured = new Map<number, number>();
  const weightOf = (index: number) => weights[index] ?? 0;
  const measuredWeight = () => sum([...measured.keys()].map(weightOf));
  const measuredSeconds = () => sum([...measured.values()]);

  function paceOf(index: number, { pace, done }: StepPosition): number | undefined {
    const weight = measuredWeight();
    if (!(weight > 0)) return pace;
    const predicted = (weightOf(index) * measuredSeconds()) / weight;
    return pace === undefined
      ? predicted
      : (trustInPrediction * predicted + done * pace) / (trustInPrediction + done);
  }

  return {
    took(index, seconds) {
      if (seconds === undefined) measured.delete(index);
      else measured.set(index, seconds);
    },
    ahead(index, position) {
      const later = sum(weights.slice(index + 1));
      const pace = paceOf(index, position);
      if (pace === undefined) return { pace: weightOf(index), later, measured: false };
      const seconds = measuredSeconds() + position.elapsed + pace * (1 - position.done);
      const weight = measuredWeight() + weightOf(index);
      return { pace, later: weight > 0 ? (later * seconds) / weight : 0, measured: true };
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
