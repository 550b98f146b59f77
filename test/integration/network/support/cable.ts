import { which } from '../../../../scripts/lib/which.mjs';
import type { Network } from './namespace.ts';

let laid = 0;

/**
 * A cable between two networks, with an address at each end: it can be pulled, and its interfaces count. It goes with either of
 * them.
 */
export class Cable {
  /** By which the second end finds the first, and the other way. */
  readonly near: string;
  readonly far: string;
  /** The interface at either end. */
  readonly device: string;
  readonly #ends: readonly [near: Network, far: Network];

  private constructor(ends: readonly [Network, Network], number: number) {
    this.#ends = ends;
    this.device = `dff${number}`;
    // Of the network for benchmarks (RFC 2544), four addresses.
    const address = (host: number): string => `198.18.${(number * 4) >> 8}.${((number * 4) & 255) + host}`;
    this.near = address(1);
    this.far = address(2);
  }

  /** `megabits` a second in either direction; without them as fast as the machine. */
  static async lay(near: Network, far: Network, megabits?: number): Promise<Cable> {
    laid += 1;
    const cable = new Cable([near, far], (process.pid * 8 + laid) % 16_384);
    const { device } = cable;
    const there = far.name === undefined ? [] : ['netns', far.name];
    await near.ip('link', 'add', device, 'type', 'veth', 'peer', 'name', device, ...there);
    await near.ip('address', 'add', `${cable.near}/30`, 'dev', device);
    await far.ip('address', 'add', `${cable.far}/30`, 'dev', device);
    for (const end of [near, far]) await end.ip('link', 'set', device, 'up');
    if (megabits !== undefined) await cable.#limit(megabits);
    return cable;
  }

  /** Nothing passes any more, until it is plugged in. */
  async pull(): Promise<void> {
    await this.#ends[0].ip('link', 'set', this.device, 'down');
  }

  async plug(): Promise<void> {
    await this.#ends[0].ip('link', 'set', this.device, 'up');
  }

  /** Bytes that have come to either end, headers and all, as its interfaces count them. */
  async carried(): Promise<{ readonly toNear: number; readonly toFar: number }> {
    const [toNear, toFar] = await Promise.all(this.#ends.map((end) => received(end, this.device)));
    return { toNear: toNear ?? 0, toFar: toFar ?? 0 };
  }

  /** Room for a burst that holds what a sender hands over at once: it would else be cut into pieces that count more. */
  async #limit(megabits: number): Promise<void> {
    if (which('tc') === undefined) {
      console.log('      tc not found: the cable is as fast as the machine');
      return;
    }
    const queue = ['tbf', 'rate', `${megabits}mbit`, 'burst', '256kb', 'latency', '50ms'];
    for (const end of this.#ends) await end.tc('qdisc', 'add', 'dev', this.device, 'root', ...queue);
  }
}

async function received(end: Network, device: string): Promise<number> {
  const [link] = JSON.parse(await end.ip('-s', '-j', 'link', 'show', 'dev', device)) as {
    stats64: { rx: { bytes: number } };
  }[];
  if (!link) throw new Error(`There is no ${device}.`);
  return link.stats64.rx.bytes;
}
