import { machineOf } from '../../transport/addressLimit.ts';

/** Places for so many at once, of which one address has half: whoever holds on to his keeps some for others. */
export class AddressSlots {
  readonly #most: () => number;
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(most: () => number) {
    this.#most = most;
  }

  /** What gives the place back; undefined where there is none. */
  take(address: string): (() => void) | undefined {
    const machine = machineOf(address);
    const own = this.#taken.get(machine) ?? 0;
    if (this.#all >= this.#most() || own >= Math.ceil(this.#most() / 2)) return undefined;
    this.#all += 1;
    this.#taken.set(machine, own + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#all -= 1;
      const left = (this.#taken.get(machine) ?? 0) - 1;
      if (left > 0) this.#taken.set(machine, left);
      else this.#taken.delete(machine);
    };
  }
}
