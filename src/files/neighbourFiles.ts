import { setTimeout as delay } from 'node:timers/promises';
import { unlessAborted } from '../protocol/aborting.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { FetchedRange, FileLink } from './fileLink.ts';

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Gives the bytes of a range of what a ticket stands for, however long that takes; until the signal. */
export type ReadRange = (ticket: string, range: Range, signal: AbortSignal) => Promise<FetchedRange>;

/**
 * The files of one neighbour, over whatever connection there is: while there is none a question waits, what was under
 * way when one broke is asked again over the next. Either side may have dialled.
 */
export class NeighbourFiles {
  readonly #retryMs: () => number;
  #link: FileLink | undefined;
  #attached = Promise.withResolvers<undefined>();

  /** `retryMs`: how long a question that failed for a passing reason waits before it is asked again. */
  constructor(retryMs: () => number) {
    this.#retryMs = retryMs;
  }

  /** Takes the place of an earlier connection. */
  attach(link: FileLink): void {
    this.#link?.close();
    this.#link = link;
    this.#attached.resolve(undefined);
    this.#attached = Promise.withResolvers();
    void link.closed.then(() => {
      if (this.#link === link) this.#link = undefined;
    });
  }

  readonly read: ReadRange = async (ticket, range, signal) => {
    for (;;) {
      const link = this.#link ?? (await this.#next(signal));
      if (!link) continue;
      try {
        return await link.get(ticket, range, signal);
      } catch (error) {
        if (!(error instanceof DffmpegError) || error.class !== 'transient') throw error;
      }
      await delay(this.#retryMs(), undefined, { signal }).catch((error: unknown) => {
        throw toDffmpegError(error);
      });
    }
  };

  /** The same over the connection that there is, once. Rejects with `disconnected` where there is none, or it ends. */
  async readNow(ticket: string, range: Range): Promise<FetchedRange> {
    if (!this.#link) throw new DffmpegError('disconnected', 'The machine with the file is not connected.');
    return this.#link.get(ticket, range, new AbortController().signal);
  }

  close(): void {
    this.#link?.close();
    this.#link = undefined;
  }

  async #next(signal: AbortSignal): Promise<FileLink | undefined> {
    await unlessAborted(this.#attached.promise, signal);
    return this.#link;
  }
}
