import type { Channel } from './channel.ts';
import { DffmpegError, toDffmpegError } from './errors.ts';
import type { Frame } from './frames.ts';
import { encodeFrame, exceedsFrameLimit } from './frames.ts';

/** Above this, latest-wins events wait, so that a slow link carries only the newest of each. */
export const highWaterBytes = 256 * 1024;
/** A reader that is this far behind is not reading: it reconnects and resumes from its cursor. */
export const overflowBytes = 128 * 1024 * 1024;

/**
 * What leaves a peer. Frames go to the channel in the order they are sent, which keeps their order; only
 * latest-wins events are held back, one for each key, while the channel is above the high-water mark.
 */
export class Outbox {
  readonly #channel: Channel;
  readonly #onError: (error: DffmpegError) => void;
  /** In order of first waiting: a key that is replaced keeps its turn. */
  readonly #held = new Map<string, Frame>();

  constructor(channel: Channel, onError: (error: DffmpegError) => void) {
    this.#channel = channel;
    this.#onError = onError;
  }

  /** Resolves when the transport has taken it. Rejects with `request-invalid` if too large, `disconnected` if closed. */
  async send(frame: Frame): Promise<void> {
    const text = encodeFrame(frame);
    if (exceedsFrameLimit(text))
      throw new DffmpegError('request-invalid', 'This is too much to send at once.', {
        hint: 'Ask for less, or in several parts.',
      });
    const taken = this.#channel.send(text);
    if (this.#channel.bufferedBytes > overflowBytes)
      this.#channel.close({ code: 1013, text: 'The other side does not read.' });
    await taken;
    this.#release();
  }

  /** For what nobody waits for. A closed channel is no news: whoever cares listens for the close. */
  post(frame: Frame): void {
    this.send(frame).catch((error: unknown) => {
      const typed = toDffmpegError(error);
      if (typed.code !== 'disconnected') this.#onError(typed);
    });
  }

  postLatest(key: string, frame: Frame): void {
    if (this.#held.size > 0 || this.#channel.bufferedBytes > highWaterBytes) this.#held.set(key, frame);
    else this.post(frame);
  }

  clear(): void {
    this.#held.clear();
  }

  /** Something is on its way whenever an event is held, and its end leads here: no timer is needed. */
  #release(): void {
    while (this.#channel.bufferedBytes <= highWaterBytes) {
      const next = this.#held.entries().next();
      if (next.done) return;
      const [key, frame] = next.value;
      this.#held.delete(key);
      this.post(frame);
    }
  }
}
