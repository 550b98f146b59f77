import type { Channel } from '../protocol/channel.ts';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';

/** Channels that are being served. */
export class Links {
  readonly #serving = new Map<Channel, Promise<void>>();
  readonly #onError: (error: DffmpegError) => void;
  readonly #onCount: () => void;

  constructor(onError: (error: DffmpegError) => void, onCount: () => void = () => undefined) {
    this.#onError = onError;
    this.#onCount = onCount;
  }

  get size(): number {
    return this.#serving.size;
  }

  /** Resolves when it is served no more. */
  add(channel: Channel, served: Promise<void>): Promise<void> {
    const ended = served
      .catch((error: unknown) => {
        this.#onError(toDffmpegError(error));
      })
      .then(() => {
        this.#serving.delete(channel);
        this.#onCount();
      });
    this.#serving.set(channel, ended);
    this.#onCount();
    return ended;
  }

  /** Closes all and waits until each has been left in order. */
  async close(): Promise<void> {
    for (const channel of this.#serving.keys()) channel.close({ code: 1001, text: 'The daemon is ending.' });
    await Promise.all(this.#serving.values());
  }
}
