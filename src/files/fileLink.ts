import { createHash } from 'node:crypto';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import {
  parseRangeMessage,
  rangeBytes,
  rangeHeaderBytes,
  readRange,
  writeRangeHeader,
  type RangeMessage,
  type RangeQuestion,
} from '../protocol/rangeMessages.ts';
import type { ByteChannel } from '../transport/byteChannel.ts';

/** What the neighbour asks for: fills `into` from `offset` on. */
export type ReadOffered = (ticket: string, offset: number, into: Uint8Array) => Promise<void>;

export interface FileLinkOptions {
  readonly read: ReadOffered;
  /** Questions that are answered at once; the next ones wait. */
  readonly answersAtOnce: number;
  /** A neighbour that has more open is cut off. */
  readonly maxQuestions: number;
}

/** Bytes as they came, and their SHA-256, which is checked. */
export interface FetchedRange {
  readonly bytes: Buffer;
  readonly digest: Buffer;
}

interface Asked {
  readonly length: number;
  readonly resolve: (range: FetchedRange) => void;
  readonly reject: (error: DffmpegError) => void;
}

/** One connection for files: asks the neighbour for ranges, and answers what it asks for. */
export class FileLink {
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  readonly #channel: ByteChannel;
  readonly #options: FileLinkOptions;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #isClosed = false;
  /** Of the neighbour, not yet begun. */
  readonly #questions: RangeQuestion[] = [];
  #answering = 0;
  /** Buffers that are free again: a range with room for its header. */
  readonly #pool: Buffer[] = [];

  constructor(channel: ByteChannel, options: FileLinkOptions) {
    this.#channel = channel;
    this.#options = options;
    this.closed = new Promise((resolve) => {
      channel.onClose(() => {
        this.#end();
        resolve();
      });
    });
    channel.onMessage((message) => {
      if (typeof message === 'string') this.#hear(message);
      else this.#receive(message);
    });
  }

  /**
   * A range of a file that the neighbour has offered, with its checksum checked. Rejects with what the neighbour
   * answers, with `disconnected`, with `transfer-damaged`, and with the reason of the signal.
   */
  get(
    ticket: string,
    range: { readonly offset: number; readonly length: number },
    signal: AbortSignal,
  ): Promise<FetchedRange> {
    return new Promise((resolve, reject) => {
      if (signal.aborted || this.#isClosed) {
        reject(signal.aborted ? toDffmpegError(signal.reason) : disconnected());
        return;
      }
      const id = (this.#lastId = (this.#lastId + 1) % 0x1_0000_0000);
      const onAbort = (): void => {
        this.#asked.delete(id);
        this.#tell({ t: 'stop', id });
        reject(toDffmpegError(signal.reason));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const settled = (): void => {
        signal.removeEventListener('abort', onAbort);
      };
      this.#asked.set(id, {
        length: range.length,
        resolve: (fetched) => {
          settled();
          resolve(fetched);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      this.#tell({ t: 'get', id, ticket, ...range });
    });
  }

  close(): void {
    this.#channel.close();
    this.#end();
  }

  #end(): void {
    this.#isClosed = true;
    this.#questions.length = 0;
    for (const { reject } of this.#asked.values()) reject(disconnected());
    this.#asked.clear();
  }

  #tell(message: RangeMessage): void {
    // A closed channel rejects all that is asked by itself.
    this.#channel.send(JSON.stringify(message)).catch(() => undefined);
  }

  #hear(text: string): void {
    const message = parseRangeMessage(text);
    switch (message?.t) {
      case 'get':
        this.#questions.push(message);
        if (this.#questions.length > this.#options.maxQuestions) this.#cutOff('Too many questions at once.');
        else this.#answerNext();
        break;
      case 'stop': {
        const index = this.#questions.findIndex(({ id }) => id === message.id);
        if (index >= 0) this.#questions.splice(index, 1);
        break;
      }
      case 'err':
        this.#take(message.id)?.reject(DffmpegError.from(message.error));
        break;
      case undefined:
        this.#cutOff('This is no message of a connection for files.');
    }
  }

  #receive(message: Buffer): void {
    const range = readRange(message);
    if (!range) {
      this.#cutOff('This is no range of a file.');
      return;
    }
    const asked = this.#take(range.id);
    // Stopped meanwhile.
    if (!asked) return;
    const digest = createHash('sha256').update(range.bytes).digest();
    if (range.bytes.length !== asked.length || !digest.equals(range.digest)) asked.reject(damaged());
    else asked.resolve({ bytes: range.bytes as Buffer, digest });
  }

  #take(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }

  #answerNext(): void {
    while (this.#answering < this.#options.answersAtOnce) {
      const question = this.#questions.shift();
      if (!question) return;
      this.#answering += 1;
      void this.#answer(question).finally(() => {
        this.#answering -= 1;
        if (!this.#isClosed) this.#answerNext();
      });
    }
  }

  /** Never rejects. What is sent is awaited: a neighbour that takes nothing is asked nothing of the disk for. */
  async #answer({ id, ticket, offset, length }: RangeQuestion): Promise<void> {
    const buffer = this.#pool.pop() ?? Buffer.allocUnsafeSlow(rangeHeaderBytes + rangeBytes);
    const message = buffer.subarray(0, rangeHeaderBytes + length);
    try {
      const bytes = message.subarray(rangeHeaderBytes);
      await this.#options.read(ticket, offset, bytes);
      writeRangeHeader(message, id, createHash('sha256').update(bytes).digest());
      await this.#channel.send(message);
    } catch (error) {
      this.#tell({ t: 'err', id, error: toDffmpegError(error).toData() });
    }
    this.#pool.push(buffer);
  }

  #cutOff(text: string): void {
    this.#channel.close({ code: 1008, text });
    this.#end();
  }
}

function disconnected(): DffmpegError {
  return new DffmpegError('disconnected', 'The connection for files is closed.');
}

function damaged(): DffmpegError {
  return new DffmpegError('transfer-damaged', 'A part of the file was damaged on its way.', {
    hint: 'It is fetched again.',
  });
}
