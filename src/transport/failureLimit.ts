const minuteMs = 60_000;

/** Addresses that are remembered at once: more would let a stranger take memory. */
const maxAddresses = 10_000;

/** Counts failures by address in a window of a minute, so that a key cannot be guessed. */
export class FailureLimit {
  readonly #most: number;
  readonly #now: () => number;
  readonly #addresses = new Map<string, { since: number; failures: number }>();

  /** `now`: milliseconds, monotonic. */
  constructor(failuresAMinute: number, now: () => number) {
    this.#most = failuresAMinute;
    this.#now = now;
  }

  isOver(address: string): boolean {
    const known = this.#addresses.get(address);
    if (!known) return false;
    if (this.#now() - known.since < minuteMs) return known.failures >= this.#most;
    this.#addresses.delete(address);
    return false;
  }

  failed(address: string): void {
    if (this.isOver(address)) return;
    const known = this.#addresses.get(address);
    if (known) known.failures += 1;
    else this.#remember(address);
  }

  #remember(address: string): void {
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size < maxAddresses) break;
      this.#addresses.delete(oldest);
    }
    this.#addresses.set(address, { since: this.#now(), failures: 1 });
  }
}
