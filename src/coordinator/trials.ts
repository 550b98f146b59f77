import { toDffmpegError } from '../protocol/errors.ts';
import type { ConnectedWorker } from './connectedWorker.ts';

/** Asks workers to try encoders that a waiting job needs, each once at a time. */
export class Trials {
  readonly #timeoutMs: number;
  readonly #onAnswer: () => void;
  readonly #asked = new WeakMap<ConnectedWorker, Set<string>>();

  constructor(options: { timeoutMs: number; onAnswer: () => void }) {
    this.#timeoutMs = options.timeoutMs;
    this.#onAnswer = options.onAnswer;
  }

  request(worker: ConnectedWorker, encoders: readonly string[]): void {
    const asked = this.#asked.get(worker) ?? new Set();
    this.#asked.set(worker, asked);
    const fresh = encoders.filter((encoder) => !asked.has(encoder));
    if (fresh.length === 0) return;
    for (const encoder of fresh) asked.add(encoder);
    void this.#try(worker, fresh).then(() => {
      for (const encoder of fresh) asked.delete(encoder);
      this.#onAnswer();
    });
  }

  async #try(worker: ConnectedWorker, encoders: string[]): Promise<void> {
    let why = 'was not tried';
    try {
      const options = { timeoutMs: this.#timeoutMs };
      const { capabilities } = await worker.peer.request('capabilities.try', { encoders }, options);
      worker.addCapabilities(capabilities);
    } catch (error) {
      why = `could not be tried: ${toDffmpegError(error).message}`;
    }
    for (const encoder of encoders) if (!worker.capabilities[encoder]) worker.untriable.set(encoder, why);
  }
}
