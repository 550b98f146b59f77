import type { Need } from '../files/diskRoom.ts';
import type { Timers } from '../protocol/timers.ts';

export interface RoomWatchOptions {
  /** Between two looks, milliseconds. */
  readonly everyMs: () => number;
  readonly timers: Timers;
  /** Never rejects. */
  readonly hasRoom: (needs: readonly Need[]) => Promise<boolean>;
}

interface Waiting {
  readonly needs: readonly Need[];
  readonly onRoom: () => void;
}

/** Looks now and then whether there is room for what had none, and tells it once; nothing runs while nothing waits. */
export class RoomWatch {
  readonly #options: RoomWatchOptions;
  readonly #waiting = new Map<string, Waiting>();
  #stopTimer: (() => void) | undefined;
  #closed = false;

  constructor(options: RoomWatchOptions) {
    this.#options = options;
  }

  /** Replaces what was known of `name`. */
  expect(name: string, needs: readonly Need[], onRoom: () => void): void {
    this.#waiting.set(name, { needs, onRoom });
    if (!this.#stopTimer) this.#wait();
  }

  forget(name: string): void {
    this.#waiting.delete(name);
  }

  close(): void {
    this.#closed = true;
    this.#stopTimer?.();
  }

  #wait(): void {
    if (this.#closed) return;
    this.#stopTimer = this.#options.timers.after(this.#options.everyMs(), () => void this.#look());
  }

  async #look(): Promise<void> {
    for (const [name, waiting] of [...this.#waiting]) {
      if (!(await this.#options.hasRoom(waiting.needs))) continue;
      // It may have been offered again meanwhile.
      if (this.#closed || this.#waiting.get(name) !== waiting) continue;
      this.#waiting.delete(name);
      waiting.onRoom();
    }
    this.#stopTimer = undefined;
    if (this.#waiting.size > 0) this.#wait();
  }
}
