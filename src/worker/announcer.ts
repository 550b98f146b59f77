import { isDeepStrictEqual } from 'node:util';
import type { WorkerSettings } from './workerSettings.ts';

/**
 * Tells the coordinator about this worker, one request at a time, always with what is true when it is sent.
 * `register` after ffmpeg came or went, `update` for what grew.
 */
export class Announcer<T> {
  readonly #now: () => T;
  readonly #send: (how: 'register' | 'update', state: T) => Promise<void>;
  readonly #settings: Pick<WorkerSettings, 'announceMs'>;
  #told: T | undefined;
  #chain: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    now: () => T,
    send: (how: 'register' | 'update', state: T) => Promise<void>,
    settings: Pick<WorkerSettings, 'announceMs'>,
  ) {
    this.#now = now;
    this.#settings = settings;
    this.#send = send;
  }

  /** Resolves when the coordinator has answered. */
  register(): Promise<void> {
    return this.#tell('register');
  }

  /** Trials come in quick succession; one update tells of several. */
  updateSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#tell('update');
    }, this.#settings.announceMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tell(how: 'register' | 'update'): Promise<void> {
    this.#chain = this.#chain.then(async () => {
      const state = this.#now();
      if (how === 'update' && isDeepStrictEqual(state, this.#told)) return;
      await this.#send(how, state);
      this.#told = state;
    });
    // The sender retries by itself: what it gives up on is the end of the connection.
    this.#chain = this.#chain.catch(() => undefined);
    return this.#chain;
  }
}
