import { link, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Store } from '../coordinator/store.ts';
import { errnoCode } from '../files/errnoCode.ts';
import { DffmpegError } from '../protocol/errors.ts';

export interface RescuedStoreOptions {
  /** Where the queue’s database was. */
  readonly storeFile: string;
  readonly log: (line: string) => void;
}

/**
 * The queue’s database, which somebody has deleted or replaced under its daemon: on Unix it is there for as long as it is
 * open, and is written down before that ends. Where its name is free it gets that again.
 */
export class RescuedStore {
  readonly #options: RescuedStoreOptions;
  #saved: string | undefined;
  #isLost = false;

  constructor(options: RescuedStoreOptions) {
    this.#options = options;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Why no new job is taken. */
  refusal(): DffmpegError | undefined {
    if (!this.#isLost) return undefined;
    return new DffmpegError(
      'store-unavailable',
      `${this.#options.storeFile} was deleted or replaced under the daemon: it takes nothing more.`,
      { hint: 'It writes down what it knows and leaves when what runs has ended; then submit again.' },
    );
  }

  lost(): void {
    this.#isLost = true;
  }

  /** Before the database is closed for good. */
  async save(store: Pick<Store, 'saveTo'>): Promise<void> {
    if (!this.#isLost) return;
    const { storeFile, log } = this.#options;
    const { dir, name, ext } = path.parse(storeFile);
    const saved = path.join(dir, `${name}-saved-${new Date().toISOString().replace(/[:.]/g, '-')}${ext}`);
    await store.saveTo(saved);
    this.#saved = saved;
    log(`What the daemon knows of the queue is written to ${saved}.`);
  }

  /** After it was closed. */
  async putInPlace(): Promise<void> {
    const { storeFile, log } = this.#options;
    const saved = this.#saved;
    if (saved === undefined) return;
    try {
      // Without replacing anything; where there are no links it stays under its other name.
      await link(saved, storeFile);
      // Of the deleted one: they would be taken for this one’s.
      for (const suffix of ['-wal', '-shm']) await rm(storeFile + suffix, { force: true });
      await rm(saved);
      log(`${storeFile} is in its place again.`);
    } catch (error) {
      const why = errnoCode(error) === 'EEXIST' ? 'is another file by now' : 'cannot be made';
      log(
        `${storeFile} ${why}: the queue that the daemon had is kept at ${saved}. To go on with it, type dffmpeg stop, and give it that name.`,
      );
    }
  }
}
