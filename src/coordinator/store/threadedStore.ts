import { DffmpegError, toDffmpegError } from '../../protocol/errors.ts';
import { systemTimers, type Timers } from '../../protocol/timers.ts';
import type { Store } from '../store.ts';
import type { StoreOptions } from './dialects.ts';
import type { StoreFileIdentity } from './storeFile.ts';
import { StoreThread } from './storeThreadHandle.ts';
import { storeMethods, type StoreMethod } from './threadMessages.ts';

export interface ThreadedStoreOptions {
  readonly store: StoreOptions;
  /** The thread has ended unasked. What was under way is refused; the next call starts another. */
  readonly onCrash: (error: DffmpegError) => void;
  /** Least time between a crash and the next start, so that what crashes at once does not do it all the time; without it none. */
  readonly restartPauseMs?: number;
  /**
   * After so many milliseconds without a call the thread ends, and gives its memory back; the next call starts another,
   * which takes some hundredths of a second. Without it the thread stays.
   */
  readonly restAfterMs?: () => number;
  readonly timers?: Timers;
  /** The thread's file; by default the program's own. */
  readonly entry?: URL;
}

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
  /** Its thread ends because nobody asked for anything. */
  #goingToRest: Promise<void> | undefined;
  #underWay = 0;
  /** Since the timer was set. */
  #called = false;
  #stopTimer: (() => void) | undefined;
  /** Clock of the process, milliseconds. */
  #crashedAt = Number.NEGATIVE_INFINITY;
  /** Why the last one could not be started, where it was that. */
  #notStarted: DffmpegError | undefined;
  #closed = false;
  /** The first one's file, for all. */
  #opened: StoreFileIdentity | undefined;

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
    this.#underWay += 1;
    try {
      // Not awaited where there is no need: calls of one turn keep their order and share a message.
      const thread = this.#current ?? (await this.#next());
      return await thread.call(method, args);
    } finally {
      this.#underWay -= 1;
      this.#restLater();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer?.();
    await this.#starting?.catch(() => undefined);
    await this.#goingToRest;
    await this.#current?.close();
  }

  /** Whoever asks again while its timer runs gives the thread another round, which costs nothing here. */
  #restLater(): void {
    this.#called = true;
    if (this.#stopTimer === undefined) this.#waitForRest();
  }

  #waitForRest(): void {
    const { restAfterMs, timers = systemTimers } = this.#options;
    if (restAfterMs === undefined || this.#closed) return;
    this.#called = false;
    this.#stopTimer = timers.after(restAfterMs(), () => {
      this.#stopTimer = undefined;
      if (this.#called || this.#underWay > 0) this.#waitForRest();
      else this.#rest();
    });
  }

  #rest(): void {
    const thread = this.#current;
    this.#current = undefined;
    this.#goingToRest = thread?.close().catch((error: unknown) => {
      this.#options.onCrash(toDffmpegError(error));
    });
  }

  #next(): Promise<StoreThread> {
    if (performance.now() - this.#crashedAt < (this.#options.restartPauseMs ?? 0))
      return Promise.reject(this.#notStarted ?? crashed());
    return this.begin();
  }

  async #start(): Promise<StoreThread> {
    await this.#goingToRest;
    try {
      const thread = await StoreThread.start({ ...this.#options, opened: this.#opened }, (error) => {
        if (this.#current === thread) this.#current = undefined;
        this.#crashedAt = performance.now();
        this.#notStarted = undefined;
        this.#options.onCrash(error);
      });
      this.#current = thread;
      this.#opened ??= thread.opened;
      return thread;
    } catch (error) {
      this.#crashedAt = performance.now();
      this.#notStarted = toDffmpegError(error);
      throw error;
    }
  }
}

function crashed(): DffmpegError {
  return new DffmpegError('store-unavailable', 'The queue’s database has stopped unexpectedly.', {
    hint: 'It is started again by itself; try again in a moment. The daemon’s log says more.',
  });
}
