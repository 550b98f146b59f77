/** Times are milliseconds of the monotonic clock. */
export interface LoadLimits {
  /** Of the machine, 0 to 1; more than that counts. */
  readonly most: number;
  /** For so long without a break. */
  readonly spanMs: number;
}

/** How long other programs have been using most of a worker’s machine: pure. */
export class ForeignLoad {
  #since: number | undefined;
  #last = Number.NEGATIVE_INFINITY;
  /** When something was last done about it. */
  #relievedAt = Number.NEGATIVE_INFINITY;

  /** A measurement; it is for the time since the one before. */
  heard(share: number, now: number, { most, spanMs }: LoadLimits): void {
    // The machine slept, or its connection was lost: nobody knows what was meanwhile.
    if (now - this.#last > spanMs) this.#since = undefined;
    this.#last = now;
    this.#since = share > most ? (this.#since ?? now) : undefined;
  }

  /** Whether it is so now. */
  isOver(now: number, { spanMs }: Pick<LoadLimits, 'spanMs'>): boolean {
    return this.#since !== undefined && now - this.#since >= spanMs && now - this.#last <= spanMs;
  }

  /** Whether it is to give something away: once in each span. */
  isDue(now: number, limits: Pick<LoadLimits, 'spanMs'>): boolean {
    return this.isOver(now, limits) && now - this.#relievedAt >= limits.spanMs;
  }

  relieved(now: number): void {
    this.#relievedAt = now;
  }

  forget(): void {
    this.#since = undefined;
  }
}
