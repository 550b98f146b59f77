import { isIPv6 } from 'node:net';

const minuteMs = 60_000;

/** Addresses that are remembered at once: more would let a stranger take memory. */
const maxAddresses = 10_000;

/** What one machine has: of IPv6 a whole network of 64 bits, in which it may take any address. */
export function machineOf(address: string): string {
  if (!isIPv6(address) || /^::ffff:[\d.]+$/i.test(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const left = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: left }, () => '0'), ...after];
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}

/**
 * Counts by address in a window of a minute: failures, so that a key cannot be guessed, or questions, so that a stranger
 * cannot ask without end.
 */
export class AddressLimit {
  readonly #most: () => number;
  readonly #now: () => number;
  readonly #addresses = new Map<string, { since: number; times: number }>();

  /** `now`: milliseconds, monotonic. */
  constructor(mostAMinute: () => number, now: () => number) {
    this.#most = mostAMinute;
    this.#now = now;
  }

  isOver(address: string): boolean {
    return this.#isOver(machineOf(address));
  }

  count(address: string): void {
    const name = machineOf(address);
    if (this.#isOver(name)) return;
    const known = this.#addresses.get(name);
    if (known) known.times += 1;
    else this.#remember(name);
  }

  #isOver(name: string): boolean {
    const known = this.#addresses.get(name);
    if (!known) return false;
    if (this.#now() - known.since < minuteMs) return known.times >= this.#most();
    this.#addresses.delete(name);
    return false;
  }

  #remember(name: string): void {
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size < maxAddresses) break;
      this.#addresses.delete(oldest);
    }
    this.#addresses.set(name, { since: this.#now(), times: 1 });
  }
}
