import { isSameBlob } from '../files/blobCache.ts';
import type { FetchedRange } from '../files/fileLink.ts';
import type { Range, ReadRange } from '../files/neighbourFiles.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { OfferedSource } from '../protocol/offers.ts';

export interface RenewedOfferOptions {
  readonly read: ReadRange;
  /** The same files, offered anew; undefined for one that is not offered any more. */
  readonly ask: () => Promise<readonly (OfferedSource | undefined)[]>;
}

/**
 * Files that are offered for as long as they are fetched: an offer ends with the process of who holds them, or when nothing was
 * read for long, as while a cable was out; then it is asked for anew.
 */
export class RenewedOffer {
  readonly #options: RenewedOfferOptions;
  #sources: readonly OfferedSource[];
  #renewing: Promise<void> | undefined;

  constructor(sources: readonly OfferedSource[], options: RenewedOfferOptions) {
    this.#sources = sources;
    this.#options = options;
  }

  /** As they are offered now. */
  get sources(): readonly OfferedSource[] {
    return this.#sources;
  }

  /** Of the file with that number. Throws `source-changed` where another file is offered by then. */
  async read(index: number, range: Range, signal: AbortSignal): Promise<FetchedRange> {
    const { read } = this.#options;
    const ticket = this.#ticketOf(index);
    try {
      return await read(ticket, range, signal);
    } catch (error) {
      if (!(error instanceof DffmpegError) || error.code !== 'forbidden') throw error;
      // Others may have asked meanwhile.
      if (this.#ticketOf(index) === ticket) await this.#renew();
      return read(this.#ticketOf(index), range, signal);
    }
  }

  #ticketOf(index: number): string {
    return this.#sources[index]?.ticket ?? '';
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#askAgain().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #askAgain(): Promise<void> {
    const offered = await this.#options.ask();
    this.#sources = this.#sources.map((before, index) => {
      const now = offered[index];
      if (now && isSameBlob(before, now)) return now;
      throw new DffmpegError('source-changed', `${before.path} changed while it was fetched.`, {
        hint: 'Wait until the file is complete, then retry the job.',
      });
    });
  }
}
