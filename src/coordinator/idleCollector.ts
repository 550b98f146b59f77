import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Timers } from '../protocol/timers.ts';

/** After so long without work, the memory that is kept for more of it is given back. */
const restMs = 20_000;

/**
 * A thread that has worked keeps the memory it took, for as long as nothing makes it collect its garbage: one that has
 * nothing to do never does. So it is asked to, once, when it has had nothing to do for a while.
 */
export class IdleCollector {
  readonly #timers: Timers;
  readonly #giveBack: () => void;
  #stopTimer: (() => void) | undefined;
  #worked = false;
  #closed = false;

  constructor(timers: Timers, giveBack: () => void = collectGarbage) {
    this.#timers = timers;
    this.#giveBack = giveBack;
  }

  /** It has something to do, or had it just now. Costs nothing. */
  worked(): void {
    this.#worked = true;
    if (!this.#stopTimer && !this.#closed) this.#wait();
  }

  /** For good: its timer would keep a thread that ends. */
  close(): void {
    this.#closed = true;
    this.stop();
  }

  /** Until it is told again that there was work. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #wait(): void {
    this.#worked = false;
    this.#stopTimer = this.#timers.after(restMs, () => {
      this.#stopTimer = undefined;
      if (this.#worked) this.#wait();
      else this.#giveBack();
    });
  }
}

/** Of this thread, and shrinks its heap to what is left. Some hundredths of a second. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
