import type { Plan } from '../encoding/plan.ts';
import type { ProgressBlock } from '../encoding/progress.ts';
import { createProgressTracker, type ProgressStep } from '../encoding/progressTracker.ts';
import type { TaskContext } from './task.ts';

/** Progress of a whole attempt: every look at the sources and every command of every output, in their order. */
export interface EncodeProgress {
  /** The next command of this output begins. */
  next(output: number): void;
  update(block: ProgressBlock): void;
  /** The attempt stands still, or goes on: the time between counts for nothing. */
  suspended(suspended: boolean): void;
  /** The last result lies at its place. */
  delivered(): void;
}

/** An output as it is foreseen: what has to be measured, and the commands if that finds nothing special. */
export interface Foreseen {
  readonly name: string | undefined;
  readonly analyses: Plan['analyses'];
  readonly commands: Plan['commands'];
}

export function encodeProgress(
  outputs: readonly Foreseen[],
  tell: TaskContext['progress'],
  now: () => number = () => performance.now(),
): EncodeProgress {
  const steps = outputs.map((output, index) => stepsOf(output, index, outputs.length));
  const tracker = createProgressTracker(steps.flat());
  const starts = steps.map((_, index) => steps.slice(0, index).flat().length);
  const begun = steps.map(() => 0);
  return {
    next(output) {
      const [start = 0, count = 0] = [starts[output], steps[output]?.length];
      // A measurement may lead to a command that was not foreseen.
      const within = Math.min(begun[output] ?? 0, count - 1);
      begun[output] = within + 1;
      tell(tracker.begin(start + within, now()));
    },
    update(block) {
      tell(tracker.update(block, now()));
    },
    suspended(suspended) {
      tell(suspended ? tracker.pause(now()) : tracker.resume(now()));
    },
    delivered() {
      tell(tracker.delivered());
    },
  };
}

function stepsOf({ name, analyses, commands }: Foreseen, index: number, outputs: number): ProgressStep[] {
  const steps: (ProgressStep & { readonly label: string })[] = [
    ...analyses.flatMap((analysis) => {
      const label = labels[analysis.kind];
      if (analysis.kind === 'quality') return [{ label, weight: searchWeight(commands), duration: 1 }];
      return analysis.commands.map(({ weight, duration }) => ({ label, weight, duration }));
    }),
    ...commands.map(({ weight, duration, frames }, position) => ({
      label: commands.length === 1 ? labels.encode : `pass ${position + 1} of ${commands.length}`,
      weight,
      duration,
      frames,
    })),
  ];
  if (outputs === 1) return steps;
  const which = `${name ?? 'result'} (${index + 1} of ${outputs})`;
  return steps.map((step) => ({ ...step, label: steps.length === 1 ? which : `${which}: ${step.label}` }));
}

const labels = {
  crop: 'looking for black bars',
  loudness: 'measuring the loudness',
  quality: 'searching for the quality',
  encode: 'encoding',
} as const;

/** Samples of a film cost a part of its encode; of a short one, several times as much. */
function searchWeight(commands: Plan['commands']): number {
  const [encode] = commands.slice(-1);
  return Math.max(1, Math.min((encode?.weight ?? 60) * 3, 60));
}
