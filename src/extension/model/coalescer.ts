import type { Disposable } from './emitter.ts';

/** What a coalescer needs of a clock. Milliseconds. */
export interface Timers {
  set(callback: () => void, delay: number): Disposable;
}

export const systemTimers: Timers = {
  set: (callback, delay) => {
    const timer = setTimeout(callback, delay);
    return {
      dispose: () => {
        clearTimeout(timer);
      },
    };
  },
};

/**
 * Collects what changed and flushes it at most once per `interval` milliseconds. The first change after a
 * quiet time is flushed at once: a click must not wait for a timer.
 */
export class Coalescer<T> implements Disposable {
  readonly #pending = new Set<T>();
  readonly #flush: (changed: ReadonlySet<T>) => void;
  readonly #interval: number;
  readonly #timers: Timers;
  #timer: Disposable | undefined;

  constructor(interval: number, flush: (changed: ReadonlySet<T>) => void, timers: Timers = systemTimers) {
    this.#interval = interval;
    this.#flush = flush;
    this.#timers = timers;
  }

  add(change: T): void {
    this.#pending.add(change);
    if (this.#timer === undefined) this.#run();
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#pending.clear();
  }

  #run(): void {
    const changed = new Set(this.#pending);
    this.#pending.clear();
    this.#timer = this.#timers.set(() => {
      this.#timer = undefined;
      if (this.#pending.size > 0) this.#run();
    }, this.#interval);
    this.#flush(changed);
  }
}
