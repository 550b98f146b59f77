import type { Timers } from '../protocol/timers.ts';

/** Who takes slots for one coordinator. */
export interface SlotTaker {
  /** A slot that it was refused is kept for it, for a while. */
  readonly tell: (kind: string) => void;
}

/** A slot, or why there is none. */
export type Taken =
  | { readonly release: () => void }
  /** `servesOthers`: another coordinator has it, or comes first; the taker is told when its turn has come. */
  | { readonly servesOthers: boolean };

interface Turn {
  readonly taker: SlotTaker;
  /** Of one that was told. */
  stopTimer?: () => void;
}

interface Kind {
  limit: number;
  /** Of the slots that are in use. */
  readonly holders: SlotTaker[];
  readonly turns: Turn[];
}

/**
 * The slots of a machine, of one coordinator or of several: who was refused a slot that others had gets the next one before those
 * who ask later, so that a long queue never keeps out a short one.
 */
export class Slots {
  readonly #kinds = new Map<string, Kind>();
  readonly #timers: Timers;
  readonly #turnMs: () => number;

  /** `turnMs`: how long a slot is kept for who was told of it, in milliseconds. */
  constructor(timers: Timers, turnMs: () => number) {
    this.#timers = timers;
    this.#turnMs = turnMs;
  }

  /** `limit`: how many of the kind there are now. `release` may be called more than once. */
  take(kind: string, limit: number, taker: SlotTaker): Taken {
    const state = this.#of(kind);
    state.limit = limit;
    const { holders, turns } = state;
    const place = turns.findIndex((turn) => turn.taker === taker);
    const ahead = place < 0 ? turns.length : place;
    if (limit - holders.length > ahead) {
      if (place >= 0) end(turns, place);
      holders.push(taker);
      return { release: this.#releaser(kind, taker) };
    }
    const servesOthers = limit > 0 && (ahead > 0 || holders.some((holder) => holder !== taker));
    if (servesOthers && place < 0) turns.push({ taker });
    return { servesOthers };
  }

  /** It asks no more; what it holds it gives back by itself. */
  leave(taker: SlotTaker): void {
    for (const [kind, { turns }] of this.#kinds) {
      const place = turns.findIndex((turn) => turn.taker === taker);
      if (place >= 0) end(turns, place);
      this.#call(kind);
    }
  }

  #releaser(kind: string, taker: SlotTaker): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const { holders } = this.#of(kind);
      holders.splice(holders.indexOf(taker), 1);
      this.#call(kind);
    };
  }

  /** Tells as many as there are free slots, in the order in which they were refused. */
  #call(kind: string): void {
    const { limit, holders, turns } = this.#of(kind);
    for (const turn of turns.slice(0, Math.max(0, limit - holders.length))) {
      if (turn.stopTimer) continue;
      turn.stopTimer = this.#timers.after(this.#turnMs(), () => {
        turns.splice(turns.indexOf(turn), 1);
        this.#call(kind);
      });
      turn.taker.tell(kind);
    }
  }

  #of(kind: string): Kind {
    const known = this.#kinds.get(kind) ?? { limit: 0, holders: [], turns: [] };
    this.#kinds.set(kind, known);
    return known;
  }
}

function end(turns: Turn[], place: number): void {
  turns.splice(place, 1)[0]?.stopTimer?.();
}
