import type { ByteChannel } from '../transport/byteChannel.ts';
import { FileLink } from './fileLink.ts';
import { NeighbourFiles } from './neighbourFiles.ts';
import { OfferedFiles, type OfferOptions, type RelayedRead } from './offeredFiles.ts';

export interface FileExchangeSettings {
  readonly ticketMinutes: number;
  readonly fetchRetryMs: number;
  readonly rangesAtOnce: number;
}

/** A neighbour that asks for more at once than anybody who keeps to `rangesAtOnce` does is cut off. */
const maxQuestions = 512;

/** What this machine gives to its neighbours and takes from them, whoever of the two has dialled. */
export class FileExchange {
  readonly offered: OfferedFiles;
  readonly #settings: FileExchangeSettings;
  readonly #neighbours = new Map<string, NeighbourFiles>();

  /** `settings` are read when they are needed. */
  constructor(settings: FileExchangeSettings) {
    this.#settings = settings;
    this.offered = new OfferedFiles({
      ticketMs: () => settings.ticketMinutes * 60_000,
      now: () => performance.now(),
    });
  }

  /** The files of a neighbour, whether there is a connection now or not. */
  with(neighbour: string): NeighbourFiles {
    let files = this.#neighbours.get(neighbour);
    if (!files) {
      files = new NeighbourFiles(() => this.#settings.fetchRetryMs);
      this.#neighbours.set(neighbour, files);
    }
    return files;
  }

  /**
   * Lets `taker` read what `from` offers under `ticket`, until that is withdrawn here. While `from` is not connected, reads fail
   * for a passing reason: whoever asks asks again, and keeps nobody else from their turn.
   */
  relay(
    { from, ticket, bytes }: { readonly from: string; readonly ticket: string; readonly bytes: number },
    taker: string,
    options?: OfferOptions,
  ): string {
    const files = this.with(from);
    const read: RelayedRead = async (range) => (await files.readNow(ticket, range)).bytes;
    return this.offered.pass(bytes, read, taker, options);
  }

  /** A connection whose other end was proven to be this neighbour. Resolves when it is over. */
  attach(channel: ByteChannel, neighbour: string): Promise<void> {
    const link = new FileLink(channel, {
      read: (ticket, offset, into) => this.offered.read(ticket, neighbour, offset, into),
      answersAtOnce: this.#settings.rangesAtOnce,
      maxQuestions,
    });
    this.with(neighbour).attach(link);
    return link.closed;
  }

  async close(): Promise<void> {
    for (const files of this.#neighbours.values()) files.close();
    await this.offered.close();
  }
}
