import { defaultQueueSettings as settings } from '../../src/coordinator/queueSettings.ts';
import { makeLoad, type LoadOptions } from './load.ts';
import { createRandom } from './random.ts';
import { simulate, type SimResult } from './simulate.ts';

/** One load, decided by predictions and by somebody who knows the truth. Times in seconds. */
export interface Comparison {
  readonly seed: number;
  readonly utilisation: number;
  /** Mean flow time, from submission to the end: by predictions, and by the truth. */
  readonly predicted: number;
  readonly known: number;
  readonly ratio: number;
}

/** A fleet of unlike machines behind unlike links, decided by predictions, by the truth, and by dealing out in turn. */
export function compareFleets(
  seed: number,
  utilisation: number,
): { readonly toKnown: number; readonly toRoundRobin: number } {
  const load = makeLoad({
    seed,
    count: jobs,
    rate: utilisation * capacity({ seed, mixed: true }),
    mixed: true,
  });
  const meanFlow = (how: { clairvoyant: boolean; roundRobin?: boolean }): number =>
    mean(simulate(load, { settings, ...how, random: createRandom(seed + 1000) }).map(flowOf));
  const predicted = meanFlow({ clairvoyant: false });
  return {
    toKnown: predicted / meanFlow({ clairvoyant: true }),
    toRoundRobin: predicted / meanFlow({ clairvoyant: false, roundRobin: true }),
  };
}

export const seeds = Array.from({ length: 20 }, (_, at) => at + 1);
export const utilisations = [0.7, 0.9] as const;

const jobs = 400;
/** Enough to see how much the fleet can do. */
const saturating = 150;

export function compare(seed: number, utilisation: number): Comparison {
  const load = makeLoad({ seed, count: jobs, rate: utilisation * capacity({ seed }) });
  const meanFlow = (clairvoyant: boolean): number =>
    mean(simulate(load, { settings, clairvoyant, random: createRandom(seed + 1000) }).map(flowOf));
  const [predicted, known] = [meanFlow(false), meanFlow(true)];
  return { seed, utilisation, predicted, known, ratio: predicted / known };
}

/**
 * Jobs of one kind: the longest wait until one began, as a multiple of the median time from submission to the end, among
 * those of equal priority; of the worst priority.
 */
export function longestWait(seed: number, utilisation: number): number {
  const rate = utilisation * capacity({ seed, alike: true });
  const load = makeLoad({ seed, count: jobs, rate, alike: true });
  const results = simulate(load, { settings, clairvoyant: false, random: createRandom(seed + 1000) });
  const priorities = [...new Set(results.map(({ job }) => job.record.priority))];
  return Math.max(
    ...priorities.map((priority) => {
      const own = results.filter(({ job }) => job.record.priority === priority);
      const waits = own.map(({ job, startedAt }) => startedAt - job.arrivesAt);
      return Math.max(...waits) / median(own.map(flowOf));
    }),
  );
}

const capacities = new Map<string, number>();

/** Jobs a second that the fleet ends when there is always enough to do, by the truth: the middle of a full queue. */
function capacity({ seed, alike, mixed }: Pick<LoadOptions, 'seed' | 'alike' | 'mixed'>): number {
  const name = `${seed} ${alike} ${mixed}`;
  const known = capacities.get(name);
  if (known !== undefined) return known;
  const load = makeLoad({ seed, count: saturating, rate: 0, alike, mixed });
  const results = simulate(load, { settings, clairvoyant: true, random: createRandom(seed) });
  const ends = results.map(({ endedAt }) => endedAt).sort((a, b) => a - b);
  const [from, to] = [Math.floor(saturating * 0.1), Math.floor(saturating * 0.8)];
  const found = (to - from) / ((ends[to] ?? NaN) - (ends[from] ?? NaN));
  capacities.set(name, found);
  return found;
}

function flowOf({ job, endedAt }: SimResult): number {
  return endedAt - job.arrivesAt;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
