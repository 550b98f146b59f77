import type { SlotKind } from '../encoding/slots.ts';
import type { RunningAttempt } from './connectedWorker.ts';

/** Who may be stopped for somebody else: pure, and made for one look at the queue. */

export interface Victim {
  readonly workerId: string;
  readonly attempt: RunningAttempt;
}

interface Slots {
  readonly worker: { readonly id: string; freeSlots(kind: SlotKind): number };
  readonly slot: SlotKind;
}

/** By worker and kind of slot, so that a job that could go to few workers looks at few. */
export class Victims {
  /** Who is to go first stands at the end. */
  readonly #bySlots = new Map<string, Victim[]>();
  #lowest: number | undefined;

  constructor(workers: readonly { readonly id: string; readonly preemptable: readonly RunningAttempt[] }[]) {
    for (const { id, preemptable } of workers)
      for (const attempt of preemptable) {
        const key = keyOf(id, attempt.slot);
        const victims = this.#bySlots.get(key);
        if (victims) victims.push({ workerId: id, attempt });
        else this.#bySlots.set(key, [{ workerId: id, attempt }]);
      }
    for (const victims of this.#bySlots.values()) victims.sort((one, other) => -goesFirst(one, other));
  }

  /** The least priority of them; Infinity where there is none. */
  get lowest(): number {
    this.#lowest ??= Math.min(...[...this.#bySlots.values()].map((victims) => priorityOf(victims.at(-1))));
    return this.#lowest;
  }

  /**
   * The one of least priority in these slots, the youngest where that is so of several: least is lost with it. Undefined where
   * all are above `most`, or a slot is free. No second time.
   */
  take(slots: readonly Slots[], most: number): Victim | undefined {
    let first: Victim | undefined;
    for (const { worker, slot } of slots) {
      if (worker.freeSlots(slot) > 0) return undefined;
      const victim = this.#bySlots.get(keyOf(worker.id, slot))?.at(-1);
      if (victim && priorityOf(victim) <= most && (!first || goesFirst(victim, first) < 0)) first = victim;
    }
    if (!first) return undefined;
    this.#bySlots.get(keyOf(first.workerId, first.attempt.slot))?.pop();
    this.#lowest = undefined;
    return first;
  }
}

function keyOf(workerId: string, slot: SlotKind): string {
  return `${workerId}/${slot}`;
}

function goesFirst(one: Victim, other: Victim): number {
  return priorityOf(one) - priorityOf(other) || other.attempt.takenAt - one.attempt.takenAt;
}

function priorityOf(victim: Victim | undefined): number {
  return victim?.attempt.priority ?? Infinity;
}
