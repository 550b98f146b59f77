interface Closable {
  close(reason?: { code: number; text: string }): void;
}

/**
 * Connections that another machine opens, for somebody who wants one after the other: one is in use, and a newer one takes its
 * place, since whoever opens a second has lost the first.
 */
export class Arrivals<C extends Closable> {
  #current: C | undefined;
  #waiting: C | undefined;
  #wanted: ((arrived: C) => void) | undefined;

  put(arrived: C): void {
    this.#current?.close(superseded);
    this.#waiting?.close(superseded);
    this.#current = undefined;
    this.#waiting = arrived;
    this.#wanted?.(arrived);
  }

  /** The next one; rejects when the signal says so. */
  async take(signal: AbortSignal): Promise<C> {
    signal.throwIfAborted();
    const taken = this.#waiting ?? (await this.#next(signal));
    this.#waiting = undefined;
    this.#current = taken;
    return taken;
  }

  #next(signal: AbortSignal): Promise<C> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#wanted = undefined;
        reject(signal.reason as Error);
      };
      this.#wanted = (arrived) => {
        this.#wanted = undefined;
        signal.removeEventListener('abort', onAbort);
        resolve(arrived);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

const superseded = { code: 1000, text: 'The coordinator has connected anew.' };
