import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { Store } from './store.ts';
import type { StoredJob } from './store/records.ts';

export interface Changes {
  /** In order of revision. */
  readonly jobs: readonly StoredJob[];
  /** Ids of jobs that are no more. */
  readonly removed: readonly string[];
  readonly cursor: number;
}

const pageSize = 500;

/**
 * Reads the store's change counter once for all who follow it: what several changes of one turn of the event
 * loop did is told together, nothing is told twice to one cursor, and nothing is left out.
 */
export class ChangeFeed {
  readonly #store: Store;
  readonly #onError: (error: DffmpegError) => void;
  readonly #followers = new Set<(changes: Changes) => void>();
  #cursor: number | undefined;
  #reading: Promise<void> | undefined;
  #again = false;

  constructor(store: Store, onError: (error: DffmpegError) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Something was stored. */
  wake(): void {
    if (this.#followers.size === 0) return;
    this.#again = true;
    this.#reading ??= this.#read();
  }

  /**
   * Resolves when it is told of every change from then on. It may be told of earlier ones: a follower skips
   * what its own cursor has.
   */
  async follow(follower: (changes: Changes) => void): Promise<() => void> {
    this.#followers.add(follower);
    const revision = await this.#store.revision();
    // Another may have begun meanwhile, from further back.
    this.#cursor ??= revision;
    this.wake();
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this.#cursor = undefined;
    };
  }

  async idle(): Promise<void> {
    await this.#reading;
  }

  async #read(): Promise<void> {
    while (this.#again) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#again = false;
      try {
        await this.#tell();
      } catch (error) {
        this.#onError(toDffmpegError(error));
      }
    }
    // In the same turn as the last look at `#again`: a wake after it begins a reading of its own.
    this.#reading = undefined;
  }

  async #tell(): Promise<void> {
    for (let more = true; more && this.#cursor !== undefined;) {
      const before = this.#cursor;
      const changes = await this.#store.changesSince(before, pageSize);
      this.#cursor = changes.cursor;
      more = changes.more;
      // The queue as a whole changes without a job.
      if (changes.cursor > before) for (const follower of this.#followers) follower(changes);
    }
  }
}
