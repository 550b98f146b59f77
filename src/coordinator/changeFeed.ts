import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import type { Store } from './store.ts';
import type { StoredJob } from './store/records.ts';

export interface Changes {
  /** In order of revision. */
  readonly jobs: readonly StoredJob[];
  /** Ids of jobs that are no more. */
  readonly removed: readonly string[];
  readonly cursor: number;
}

export interface ChangeFeedOptions {
  readonly store: Store;
  readonly timers: Timers;
  /** After a failure it is read again after this, milliseconds. */
  readonly retryMs: number;
  readonly onError: (error: DffmpegError) => void;
}

const pageSize = 500;

/**
 * Reads the store's change counter once for all who follow it: what several changes of one turn of the event
 * loop did is told together, nothing is told twice to one cursor, and nothing is left out.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #followers = new Set<(changes: Changes) => void>();
  #cursor: number | undefined;
  #reading: Promise<void> | undefined;
  #again = false;
  #stopRetry: (() => void) | undefined;
  #closed = false;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  /** Something was stored. */
  wake(): void {
    if (this.#closed || this.#followers.size === 0) return;
    this.#again = true;
    this.#reading ??= this.#read();
  }

  /**
   * Resolves when it is told of every change from then on. It may be told of earlier ones: a follower skips
   * what its own cursor has.
   */
  async follow(follower: (changes: Changes) => void): Promise<() => void> {
    this.#followers.add(follower);
    const revision = await this.#options.store.revision();
    // Another may have begun meanwhile, from further back.
    this.#cursor ??= revision;
    this.wake();
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this.#cursor = undefined;
    };
  }

  /** What was stored by now is told; nothing after it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopRetry?.();
    await this.#reading;
  }

  async #read(): Promise<void> {
    while (this.#again) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#again = false;
      try {
        await this.#tell();
      } catch (error) {
        this.#options.onError(toDffmpegError(error));
        this.#retryLater();
      }
    }
    // In the same turn as the last look at `#again`: a wake after it begins a reading of its own.
    this.#reading = undefined;
  }

  #retryLater(): void {
    const { timers, retryMs } = this.#options;
    this.#stopRetry?.();
    if (this.#closed) return;
    this.#stopRetry = timers.after(retryMs, () => {
      this.wake();
    });
  }

  async #tell(): Promise<void> {
    for (let more = true; more && this.#cursor !== undefined;) {
      const before = this.#cursor;
      const changes = await this.#options.store.changesSince(before, pageSize);
      this.#cursor = changes.cursor;
      more = changes.more;
      // The queue as a whole changes without a job.
      if (changes.cursor > before) for (const follower of this.#followers) follower(changes);
    }
  }
}
