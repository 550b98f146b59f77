import { DffmpegError } from '../../protocol/errors.ts';
import type { Store } from '../store.ts';
import type { StoreOptions } from './dialects.ts';
import { StoreThread } from './storeThreadHandle.ts';
import { storeMethods, type StoreMethod } from './threadMessages.ts';

export interface ThreadedStoreOptions {
  readonly store: StoreOptions;
  /** The thread has ended unasked. What was under way is refused; the next call starts another. */
  readonly onCrash: (error: DffmpegError) => void;
  /** Least time between a crash and the next start, so that what crashes at once does not do it all the time. */
  readonly restartPauseMs?: number;
  /** The thread's file; by default the program's own. */
  readonly entry?: URL;
}

const defaultRestartPauseMs = 1_000;

/**
 * A store that works in a thread of its own. Throws what opening it throws. A call that was under way when the thread
 * ended is `store-unavailable`, and may have been done all the same: whoever repeats it must be able to.
 */
export async function openThreadedStore(options: ThreadedStoreOptions): Promise<Store> {
  const threads = new Threads(options);
  await threads.begin();
  const call =
    (method: StoreMethod) =>
    (...args: readonly unknown[]) =>
      method === 'close' ? threads.close() : threads.call(method, args);
  return Object.fromEntries(storeMethods.map((method) => [method, call(method)])) as unknown as Store;
}

/** One after the other. */
class Threads {
  readonly #options: ThreadedStoreOptions;
  #current: StoreThread | undefined;
  #starting: Promise<StoreThread> | undefined;
  /** Clock of the process, milliseconds. */
  #crashedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: ThreadedStoreOptions) {
    this.#options = options;
  }

  begin(): Promise<StoreThread> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async call(method: StoreMethod, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) throw new DffmpegError('store-unavailable', 'The queue is being closed.');
    // Not awaited where there is no need: calls of one turn keep their order and share a message.
    const thread = this.#current ?? (await this.#next());
    return thread.call(method, args);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting?.catch(() => undefined);
    await this.#current?.close();
  }

  #next(): Promise<StoreThread> {
    const { restartPauseMs = defaultRestartPauseMs } = this.#options;
    if (performance.now() - this.#crashedAt < restartPauseMs) return Promise.reject(crashed());
    return this.begin();
  }

  async #start(): Promise<StoreThread> {
    try {
      const thread = await StoreThread.start(this.#options, (error) => {
        if (this.#current === thread) this.#current = undefined;
        this.#crashedAt = performance.now();
        this.#options.onCrash(error);
      });
      this.#current = thread;
      return thread;
    } catch (error) {
      this.#crashedAt = performance.now();
      throw error;
    }
  }
}

function crashed(): DffmpegError {
  return new DffmpegError('store-unavailable', 'The queue’s database has stopped unexpectedly.', {
    hint: 'It is started again by itself; try again in a moment. The daemon’s log says more.',
  });
}
