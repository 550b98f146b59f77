import type { Timers } from '../../../src/protocol/timers.ts';

/** Clocks that move when the test says so. */
export class ManualTimers implements Timers {
  #elapsed = 0;
  #wallAtStart = 1_700_000_000_000;
  readonly #due = new Set<{ at: number; callback: () => void }>();

  /** What the wall clock shows. */
  get now(): number {
    return this.#wallAtStart + this.#elapsed;
  }

  readonly clock = (): number => this.now;
  readonly monotonic = (): number => this.#elapsed;

  /** Somebody sets the wall clock, or the machine has slept and its timers with it. */
  setWallClock(milliseconds: number): void {
    this.#wallAtStart += milliseconds;
  }

  /** The process stood still, or slept on a system whose timers go on: what was due meanwhile is all late. */
  standStill(milliseconds: number): void {
    this.#elapsed += milliseconds;
    this.advance(0);
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#elapsed + milliseconds, callback };
    this.#due.add(timer);
    return () => {
      this.#due.delete(timer);
    };
  }

  get pending(): number {
    return this.#due.size;
  }

  advance(milliseconds: number): void {
    const end = this.#elapsed + milliseconds;
    for (;;) {
      const [next] = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#due.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.callback();
    }
    this.#elapsed = Math.max(this.#elapsed, end);
  }
}
