import { randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity, SourceState } from '../protocol/fileState.ts';

/** A file in the state in which it was looked at. */
export interface OfferedFile extends Pick<SourceState, 'bytes' | 'modified'> {
  readonly path: string;
  /** Where it is known: whatever else lies under its name later is not given away. */
  readonly identity?: FileIdentity;
}

/** Gives exactly so many bytes from there on. */
export type RelayedRead = (range: {
  readonly offset: number;
  readonly length: number;
}) => Promise<Uint8Array>;

export interface OfferOptions {
  /** Until it is withdrawn. */
  readonly keep?: boolean;
  /** The ticket of another file: this one is withdrawn with it. */
  readonly beside?: string | undefined;
}

/** What lies behind a ticket. */
interface Content {
  readonly bytes: number;
  /** Of a file of this machine. */
  readonly path?: string;
  fill(offset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

interface Offer {
  readonly content: Content;
  readonly taker: string;
  readonly beside: string | undefined;
  reads: number;
  /** Monotonic, milliseconds; infinite where it is offered until it is withdrawn. */
  usedAt: number;
}

export interface OfferedFilesOptions {
  /** A ticket that is not used for so long is void. */
  readonly ticketMs: () => number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/**
 * What this process gives away, file by file and to one neighbour each: by tickets that cannot be guessed, are void
 * when they are withdrawn or were not used for a while, and show nothing but that file in the state in which it was offered.
 */
export class OfferedFiles {
  readonly #options: OfferedFilesOptions;
  readonly #offers = new Map<string, Offer>();

  constructor(options: OfferedFilesOptions) {
    this.#options = options;
  }

  /** Whoever is `taker` may read it from now on. Returns the ticket. */
  offer(file: OfferedFile, taker: string, options?: OfferOptions): string {
    return this.#put(new OpenedFile(file), taker, options);
  }

  /** The same of what another neighbour offers: it is asked for each part, and nothing of it is kept. */
  pass(bytes: number, read: RelayedRead, taker: string, options?: OfferOptions): string {
    return this.#put(new RelayedFile(bytes, read), taker, options);
  }

  #put(content: Content, taker: string, { keep = false, beside }: OfferOptions = {}): string {
    this.#forgetOld();
    const ticket = randomBytes(32).toString('base64url');
    const usedAt = keep ? Infinity : this.#options.now();
    this.#offers.set(ticket, { content, taker, beside, reads: 0, usedAt });
    return ticket;
  }

  async withdraw(ticket: string): Promise<void> {
    const offer = this.#offers.get(ticket);
    this.#offers.delete(ticket);
    if (offer && offer.reads === 0) await offer.content.close();
    for (const [other, { beside }] of this.#offers) if (beside === ticket) await this.withdraw(other);
  }

  /** Whatever this taker was offered it for: ahead, too. */
  async withdrawFile(file: string, taker: string): Promise<void> {
    for (const [ticket, offer] of this.#offers)
      if (offer.content.path === file && offer.taker === taker) await this.withdraw(ticket);
  }

  /**
   * Fills `into` from `offset` on. Throws `forbidden` without a good ticket of this taker, `request-invalid` beyond the
   * end, `source-changed` when the file is not any more what was offered, `source-unreadable` when the disk says no.
   */
  async read(ticket: string, taker: string, offset: number, into: Uint8Array): Promise<void> {
    const offer = this.#offers.get(ticket);
    const now = this.#options.now();
    if (offer?.taker !== taker || now - offer.usedAt > this.#options.ticketMs())
      throw new DffmpegError('forbidden', 'This file is not offered to you, or not any more.');
    const { content } = offer;
    if (offset + into.length > content.bytes)
      throw new DffmpegError('request-invalid', 'The file ends before that.');
    offer.usedAt = Math.max(offer.usedAt, now);
    offer.reads += 1;
    try {
      await content.fill(offset, into);
    } finally {
      offer.reads -= 1;
      if (offer.reads === 0 && !this.#offers.has(ticket)) await content.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#offers.keys()].map((ticket) => this.withdraw(ticket)));
  }

  #forgetOld(): void {
    const oldest = this.#options.now() - this.#options.ticketMs();
    for (const [ticket, { usedAt }] of this.#offers) if (usedAt < oldest) void this.withdraw(ticket);
  }
}

/** A file of this machine, open from its first read on. */
class OpenedFile implements Content {
  readonly path: string;
  readonly bytes: number;
  readonly #modified: string;
  readonly #identity: FileIdentity | undefined;
  #handle: Promise<FileHandle> | undefined;

  constructor({ path, bytes, modified, identity }: OfferedFile) {
    this.path = path;
    this.bytes = bytes;
    this.#modified = modified;
    this.#identity = identity && { ...identity };
  }

  async fill(offset: number, into: Uint8Array): Promise<void> {
    try {
      this.#handle ??= open(this.path, 'r');
      const handle = await this.#handle;
      for (let done = 0; done < into.length;) {
        const { bytesRead } = await handle.read(into, done, into.length - done, offset + done);
        if (bytesRead === 0) throw changed(this.path);
        done += bytesRead;
      }
      // After the read: what was written before it is seen.
      const { size, mtimeNs, dev, ino } = await handle.stat({ bigint: true });
      if (Number(size) !== this.bytes || String(mtimeNs) !== this.#modified) throw changed(this.path);
      const { device, inode } = this.#identity ?? { device: String(dev), inode: String(ino) };
      if (device !== String(dev) || inode !== String(ino)) throw changed(this.path);
    } catch (error) {
      // The next one tries anew.
      if (!(error instanceof DffmpegError)) await this.close();
      throw error instanceof DffmpegError
        ? error
        : new DffmpegError('source-unreadable', `${this.path} cannot be read.`, {
            hint: 'Check the disk or network drive that the file is on.',
            cause: error,
          });
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.then((opened) => opened.close()).catch(() => undefined);
  }
}

/** A file of another machine. */
class RelayedFile implements Content {
  readonly bytes: number;
  readonly #read: RelayedRead;

  constructor(bytes: number, read: RelayedRead) {
    this.bytes = bytes;
    this.#read = read;
  }

  async fill(offset: number, into: Uint8Array): Promise<void> {
    into.set(await this.#read({ offset, length: into.length }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function changed(path: string): DffmpegError {
  return new DffmpegError('source-changed', `${path} changed while it was read.`, {
    hint: 'Wait until the file is complete, then retry the job.',
  });
}
