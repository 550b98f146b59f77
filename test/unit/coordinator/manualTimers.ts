import type { Timers } from '../../../src/protocol/timers.ts';

/** A clock that moves when the test says so. */
export class ManualTimers implements Timers {
  now = 1_700_000_000_000;
  readonly #due = new Set<{ at: number; callback: () => void }>();

  readonly clock = (): number => this.now;

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.now + milliseconds, callback };
    this.#due.add(timer);
    return () => {
      this.#due.delete(timer);
    };
  }

  get pending(): number {
    return this.#due.size;
  }

  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const [next] = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#due.delete(next);
      this.now = next.at;
      next.callback();
    }
    this.now = end;
  }
}
