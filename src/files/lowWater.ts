import { statfsSync } from 'node:fs';

export interface LowWaterOptions {
  readonly folder: string;
  readonly megabytes: () => number;
  /** How long a look is good for. */
  readonly lookMs: () => number;
}

/**
 * Whether less is free than is to be kept for others. Synchronous, for what writes often and may be left out: the disk is
 * looked at now and then alone. One that does not tell is believed to have room.
 */
export class LowWater {
  readonly #options: LowWaterOptions;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #low = false;

  constructor(options: LowWaterOptions) {
    this.#options = options;
  }

  get isLow(): boolean {
    const { folder, megabytes, lookMs } = this.#options;
    const now = performance.now();
    if (now - this.#lookedAt < lookMs()) return this.#low;
    this.#lookedAt = now;
    try {
      this.#low = freeBytesNow(folder) < megabytes() * 1e6;
    } catch {
      this.#low = false;
    }
    return this.#low;
  }
}

function freeBytesNow(folder: string): number {
  const { bavail, bsize } = statfsSync(folder, { bigint: true });
  return Number(bavail * bsize);
}
