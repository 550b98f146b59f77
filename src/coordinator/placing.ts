import type { SlotKind } from '../encoding/slots.ts';
import type { Work } from '../encoding/workEstimate.ts';
import type { Prediction } from './speeds.ts';
import {
  unknownSeconds,
  worse,
  type Basis,
  type Moment,
  type SlotsView,
  type Timetable,
} from './timetable.ts';

/** A worker that could take a task, now or when a slot is free. */
export interface Candidate<W extends SlotsView = SlotsView> {
  readonly worker: W;
  readonly slot: SlotKind;
  /** Undefined: how much there is to do is not known. */
  readonly works: readonly Work[] | undefined;
  /** Of its files, which the worker has to fetch first. */
  readonly bytes: number;
  /** Which part of the labels that the task prefers it does not have: 0 to 1. */
  readonly lacking: number;
}

/** When a task will begin and end on a worker. */
export interface Placed<W extends SlotsView = SlotsView> extends Candidate<W> {
  readonly start: Moment;
  readonly end: Moment;
}

export type Placing<W extends SlotsView> =
  | { readonly action: 'now'; readonly on: Placed<W> }
  /** All that could take it are busy. */
  | { readonly action: 'later'; readonly on: Placed<W> }
  /** `instead` could take it now, and would end it clearly later. For `longest` seconds at most. */
  | {
      readonly action: 'hold';
      readonly on: Placed<W>;
      readonly instead: Placed<W>;
      readonly longest: number;
    };

export interface HoldSettings {
  /** Held only where the free worker would take so many times as long, counted from now, … */
  readonly holdFactor: number;
  /** … and so much longer; milliseconds. */
  readonly holdMinMs: number;
  /** Nothing is held for longer; milliseconds. */
  readonly holdMaxMs: number;
  /** What lacks the preferred labels counts as if it ended so many times as late, or `holdMinMs` later. */
  readonly preferFactor: number;
}

export interface PlacingContext<W extends SlotsView> {
  readonly timetable: Timetable;
  readonly predict: (candidate: Candidate<W>, works: readonly Work[]) => Prediction;
  readonly settings: HoldSettings;
  /** For how long the task has been held by now; seconds. */
  readonly heldFor: number;
}

/**
 * Chooses the candidate that will have finished first, and writes that into the timetable. A task is held for a busy
 * worker where that is clearly better than the best free one. A guess of the speed is enough for that: begun on a slow
 * worker, a long job costs more than a wait for nothing. Where nobody can say how long something takes, it is not held.
 *
 * A candidate that lacks preferred labels is chosen only where it ends clearly sooner: its end is weighed (`weigh`), and the
 * least weight wins. For one that has them, and is busy, a task is held by the same rule.
 *
 * It is held no longer than the free worker would have needed: so, whatever becomes of the predictions, it ends at most
 * that much later than it could have (the argument of the ski-rental problem: rent until renting has cost as much as buying).
 */
export function place<W extends SlotsView>(
  candidates: readonly Candidate<W>[],
  context: PlacingContext<W>,
): Placing<W> | undefined {
  let best: Weighed<W> | undefined;
  let free: Weighed<W> | undefined;
  for (const candidate of candidates) {
    const { worker, slot } = candidate;
    const start = context.timetable.earliest(worker, slot);
    const { seconds, basis } = foresee(candidate, context);
    const at = start.at + seconds;
    const weight = weigh(at, candidate.lacking, context.settings);
    const isBest = !best || isLighter(weight, candidate, best);
    const isBestFree =
      start.at <= 0 && worker.freeSlots(slot) > 0 && (!free || isLighter(weight, candidate, free));
    if (!isBest && !isBestFree) continue;
    const placed = { ...candidate, start, end: { at, basis: worse(start.basis, basis) }, weight };
    if (isBest) best = placed;
    if (isBestFree) free = placed;
  }
  if (!best) return undefined;
  const chosen = free === undefined || (free !== best && isWorthHolding(best, free, context)) ? best : free;
  context.timetable.reserve(chosen.worker, chosen.slot, chosen.end);
  if (free === undefined) return { action: 'later', on: chosen };
  if (chosen === free) return { action: 'now', on: free };
  return { action: 'hold', on: chosen, instead: free, longest: longestHold(free, context.settings) };
}

interface Weighed<W extends SlotsView> extends Placed<W> {
  readonly weight: number;
}

/** Grows with `at`, so that the order of equals in labels is that of their ends. */
function weigh(at: number, lacking: number, { preferFactor, holdMinMs }: HoldSettings): number {
  if (lacking === 0) return at;
  return Math.max(at * (1 + (preferFactor - 1) * lacking), at + (holdMinMs / 1000) * lacking);
}

function foresee<W extends SlotsView>(
  candidate: Candidate<W>,
  { predict }: PlacingContext<W>,
): { seconds: number; basis: Basis } {
  const { works } = candidate;
  if (works === undefined) return { seconds: unknownSeconds, basis: 'unknown' };
  const { seconds, learnt } = predict(candidate, works);
  return { seconds, basis: learnt ? 'learnt' : 'guess' };
}

function isWorthHolding(
  busy: Placed,
  free: Placed,
  { settings, heldFor }: Pick<PlacingContext<SlotsView>, 'settings' | 'heldFor'>,
): boolean {
  if (busy.end.basis === 'unknown' || free.end.basis === 'unknown') return false;
  if (heldFor >= longestHold(free, settings)) return false;
  // The free one has been found not to end it clearly sooner.
  if (busy.lacking < free.lacking) return true;
  return (
    free.end.at >= settings.holdFactor * busy.end.at && free.end.at - busy.end.at >= settings.holdMinMs / 1000
  );
}

/** Seconds. */
function longestHold(free: Placed, { holdMaxMs }: HoldSettings): number {
  return Math.min(holdMaxMs / 1000, free.end.at);
}

/** Where both end at once, the one with more room, so that the other keeps its slot for what fits nowhere else. */
function isLighter(weight: number, { worker, slot }: Candidate, than: Weighed<SlotsView>): boolean {
  const lighter = weight - than.weight || than.worker.freeSlots(than.slot) - worker.freeSlots(slot);
  return lighter < 0;
}
