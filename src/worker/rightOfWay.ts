import { unlessAborted } from '../protocol/aborting.ts';
import { toDffmpegError } from '../protocol/errors.ts';

/** Lets what can wait go on only while nothing urgent is under way. */
export class RightOfWay {
  #urgent = 0;
  #given = Promise.withResolvers<undefined>();

  async urgent<T>(act: () => Promise<T>): Promise<T> {
    this.#urgent += 1;
    try {
      return await act();
    } finally {
      this.#urgent -= 1;
      if (this.#urgent === 0) {
        this.#given.resolve(undefined);
        this.#given = Promise.withResolvers();
      }
    }
  }

  /** Resolves when nothing urgent is under way. Rejects with the reason of the signal. */
  async given(signal: AbortSignal): Promise<void> {
    while (this.#urgent > 0) await unlessAborted(this.#given.promise, signal);
    if (signal.aborted) throw toDffmpegError(signal.reason);
  }
}
