import type { Verdict } from '../encoding/verdict.ts';
import type { Job, Output } from './model.ts';

/** What came of a job's outputs, for those who show it. */

type Results = Pick<Job, 'sources' | 'outputs'>;
export type PlacedOutput = Output & { readonly path: string };

/** Results that lie at their place. */
export function placedOutputs({ outputs }: Pick<Results, 'outputs'>): PlacedOutput[] {
  return outputs.flatMap((output) =>
    output.state === 'placed' && output.path !== undefined ? [{ ...output, path: output.path }] : [],
  );
}

/** Of all sources together; undefined while one of them is not known. */
export function sourceBytes({ sources }: Pick<Results, 'sources'>): number | undefined {
  return sum(sources.map(({ bytes }) => bytes));
}

/** Of all results that lie at their place; undefined where there is none. */
export function resultBytes(job: Pick<Results, 'outputs'>): number | undefined {
  const placed = placedOutputs(job);
  return placed.length === 0 ? undefined : sum(placed.map(({ bytes }) => bytes));
}

/** With the findings of all results that lie at their place; its level is the worst of theirs. */
export function wholeVerdict(job: Pick<Results, 'outputs'>): Verdict | undefined {
  const verdicts = placedOutputs(job).flatMap(({ verdict }) => verdict ?? []);
  const level = (['fail', 'warn', 'pass'] as const).find((each) =>
    verdicts.some((verdict) => verdict.level === each),
  );
  return level && { level, findings: verdicts.flatMap(({ findings }) => findings) };
}

/** Why an output was not made or not kept. */
export function whySkipped({ state, verdict }: Output): string | undefined {
  return state === 'skipped' ? verdict?.findings.at(-1)?.message : undefined;
}

/** Why a job that is done has no result. */
export function whyNothing(job: Pick<Results, 'outputs'>): string | undefined {
  if (placedOutputs(job).length > 0) return undefined;
  // The reason of the last says most: what a condition left out came before.
  return job.outputs.map(whySkipped).findLast((why) => why !== undefined);
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    0,
  );
}
