import type { Counts } from '../protocol/model.ts';
import type { Store } from './store.ts';

export interface QueueSwitchOptions {
  readonly store: Store;
  /** After it was stored: who follows is told, and what waits learns why. */
  readonly onChange: () => void;
}

/** Whether the whole queue is paused; stored, so that it outlives the daemon. */
export class QueueSwitch {
  readonly #options: QueueSwitchOptions;
  #paused = false;

  constructor(options: QueueSwitchOptions) {
    this.#options = options;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Call it before anything is given out. */
  async load(): Promise<void> {
    this.#paused = await this.#options.store.queuePaused();
  }

  async pause(paused: boolean): Promise<Counts> {
    const { store, onChange } = this.#options;
    if (paused !== this.#paused) {
      await store.pauseQueue(paused);
      this.#paused = paused;
      onChange();
    }
    return store.counts();
  }
}
