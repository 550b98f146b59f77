import type { Timers } from '../protocol/timers.ts';

/** Listens for what ends a pause; the function that comes back ends the listening. */
export type Listen = (end: () => void) => () => void;

/** Waits that end after a time, by what is heard, or by throwing when the signal aborts. */
export class Pauses {
  readonly #timers: Timers;
  readonly #signal: AbortSignal;

  constructor(timers: Timers, signal: AbortSignal) {
    this.#timers = timers;
    this.#signal = signal;
  }

  /** For so many milliseconds at most. */
  async pause(ms: number, ...listens: readonly Listen[]): Promise<void> {
    this.#signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const end = (): void => {
      resolve(undefined);
    };
    const stops = [this.#timers.after(ms, end), ...listens.map((listen) => listen(end))];
    this.#signal.addEventListener('abort', end);
    await promise;
    for (const stop of stops) stop();
    this.#signal.removeEventListener('abort', end);
    this.#signal.throwIfAborted();
  }
}
