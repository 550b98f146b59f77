import { freeBytes } from './freeSpace.ts';

export interface LowWaterOptions {
  readonly folder: string;
  /** The mark. */
  readonly megabytes: () => number;
  /** A look that found enough is good for so long, milliseconds. */
  readonly everyMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Bytes; rejects where the file system does not tell. */
  readonly free?: (folder: string) => Promise<number>;
}

/** Whether a disk is nearly full: looked at when somebody asks, and not more often than that is worth. */
export class LowWater {
  readonly #options: LowWaterOptions;
  #latest: { at: number; bytes: Promise<number> } | undefined;

  constructor(options: LowWaterOptions) {
    this.#options = options;
  }

  /** Bytes that are left, where that is less than the mark. A file system that does not tell is believed to have room. */
  async below(): Promise<number | undefined> {
    const { folder, megabytes, everyMs, now, free = freeBytes } = this.#options;
    if (!this.#latest || now() - this.#latest.at >= everyMs)
      this.#latest = { at: now(), bytes: free(folder).catch(() => Infinity) };
    const looked = this.#latest;
    const bytes = await looked.bytes;
    if (bytes >= megabytes() * 1e6) return undefined;
    // Whoever has freed some space and tries again is not told of what was.
    if (this.#latest === looked) this.#latest = undefined;
    return bytes;
  }
}
