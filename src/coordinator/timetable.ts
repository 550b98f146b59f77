import type { SlotKind } from '../encoding/slots.ts';

/** How well something is known: learnt from real attempts, a guess, or not at all. */
export const bases = ['learnt', 'guess', 'unknown'] as const;
export type Basis = (typeof bases)[number];

/** When something is, in seconds from now. */
export interface Moment {
  readonly at: number;
  readonly basis: Basis;
}

export interface SlotsView {
  readonly id: string;
  slots(kind: SlotKind): number;
  freeSlots(kind: SlotKind): number;
  /** Whether one is in use for another coordinator: nobody here knows for how long. */
  servesOthers(kind: SlotKind): boolean;
  /** When those in use will be free. */
  endings(kind: SlotKind): readonly Moment[];
}

/** Of a task of which nobody knows how long it takes: enough to spread such tasks, and never shown. */
export const unknownSeconds = 60;

/** A worker that has no room in spite of free slots is asked again about so many seconds later. */
const busySeconds = 2;

/**
 * When the slots of each worker are free, as far as that can be foreseen: what runs there, and whatever was placed before,
 * in the order of the queue. Made for one look at the queue.
 */
export class Timetable {
  /** Kind of slot → worker → when each of its slots is free, the soonest first. */
  readonly #slots = new Map<SlotKind, Map<string, Moment[]>>();

  /** When the next slot of this kind is free: 0 is now. */
  earliest(worker: SlotsView, kind: SlotKind): Moment {
    const [first] = this.#of(worker, kind);
    return first ?? { at: Infinity, basis: 'unknown' };
  }

  /** Whatever comes next there begins when `end` has come. */
  reserve(worker: SlotsView, kind: SlotKind, end: Moment): void {
    const moments = this.#of(worker, kind);
    moments.shift();
    moments.splice(placeOf(end.at, moments), 0, end);
  }

  #of(worker: SlotsView, kind: SlotKind): Moment[] {
    let ofKind = this.#slots.get(kind);
    if (!ofKind) this.#slots.set(kind, (ofKind = new Map<string, Moment[]>()));
    const known = ofKind.get(worker.id);
    if (known) return known;
    const busy = worker.endings(kind).slice(0, worker.slots(kind));
    const free = worker.slots(kind) - busy.length;
    const next: Moment = worker.servesOthers(kind)
      ? { at: unknownSeconds, basis: 'unknown' }
      : { at: worker.freeSlots(kind) > 0 ? 0 : busySeconds, basis: 'learnt' };
    const all = [...Array.from({ length: free }, () => next), ...busy.toSorted((a, b) => a.at - b.at)];
    ofKind.set(worker.id, all);
    return all;
  }
}

/** Where `at` belongs in what is sorted: behind what is equal. */
function placeOf(at: number, sorted: readonly Moment[]): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.at ?? Infinity) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What follows from both is known as well as the worse of them. */
export function worse(one: Basis, other: Basis): Basis {
  return bases[Math.max(bases.indexOf(one), bases.indexOf(other))] ?? 'unknown';
}
