import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toDffmpegError } from '../protocol/errors.ts';
import { rangeBytes } from '../protocol/rangeMessages.ts';
import type { OpenCopy } from './blobCache.ts';
import { byteRangeOf, type ByteRange } from './byteRange.ts';
import { isOwnConnection } from './connectionOwner.ts';
import type { Cursor } from './rangePull.ts';

/** Bytes that are read of the copy at once. */
const blockBytes = 256 * 1024;
/** Of a path that nobody guesses. */
const secretBytes = 32;

/**
 * A copy that is read over HTTP while it comes, by a program of this machine. An answer waits for what is not there yet, and
 * never ends short as if that were the end of the file: where something cannot be had, its connection is cut and `failed` says why.
 */
export class LoopbackSource {
  readonly url: string;
  readonly #copy: Pick<OpenCopy, 'bytes' | 'cursor'>;
  readonly #file: FileHandle;
  readonly #server: Server;
  readonly #path: Buffer;
  readonly #failed = new AbortController();
  readonly #onWait: (waits: boolean) => void;
  #waiting = 0;
  #closed = false;

  private constructor(
    copy: Pick<OpenCopy, 'bytes' | 'cursor'>,
    { file, server, onWait }: { file: FileHandle; server: Server; onWait: (waits: boolean) => void },
  ) {
    this.#copy = copy;
    this.#file = file;
    this.#server = server;
    this.#onWait = onWait;
    const path = `/${randomBytes(secretBytes).toString('base64url')}`;
    this.#path = hash(path);
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    server.on('request', (request, response) => {
      void this.#answer(request, response);
    });
  }

  /** `onWait`: whether whoever reads waits for bytes that are not there. */
  static async open(
    copy: Pick<OpenCopy, 'path' | 'bytes' | 'cursor'>,
    onWait: (waits: boolean) => void,
  ): Promise<LoopbackSource> {
    const file = await open(copy.path, 'r');
    try {
      // Whoever reads may think for as long as it likes: an encoder is slow, and stands still while it is paused.
      const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return new LoopbackSource(copy, { file, server, onWait });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Aborted, with the reason, once something that was asked for could not be had. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** It cannot be had any more, whether somebody asks for it now or not. */
  fail(error: unknown): void {
    // Of a fetch that ends with it.
    if (this.#closed) return;
    this.#failed.abort(toDffmpegError(error));
    this.#server.closeAllConnections();
  }

  /** Cuts whoever still reads. */
  async close(): Promise<void> {
    this.#closed = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    await this.#file.close();
  }

  /** Never rejects. */
  async #answer(
    { method, url = '', headers, socket }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { bytes } = this.#copy;
    // The path stands in a command line.
    if (!timingSafeEqual(hash(url), this.#path) || !(await isOwnConnection(socket))) {
      response.writeHead(404).end();
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const asked = byteRangeOf(headers.range, bytes);
    if (asked === 'unsatisfiable') {
      response.writeHead(416, { 'content-range': `bytes */${bytes}` }).end();
      return;
    }
    const part = asked ?? { start: 0, end: bytes };
    response.writeHead(asked ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': part.end - part.start,
      'accept-ranges': 'bytes',
      ...(asked && { 'content-range': `bytes ${part.start}-${part.end - 1}/${bytes}` }),
    });
    if (method === 'HEAD') response.end();
    else await this.#send(part, response);
  }

  async #send({ start, end }: ByteRange, response: ServerResponse): Promise<void> {
    const cursor = this.#copy.cursor();
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
      // Whoever has asked is gone: nothing is fetched for it first any more.
      cursor.close();
    });
    response.on('error', () => undefined);
    // That there is something is known before it comes.
    response.flushHeaders();
    try {
      for (let offset = start; offset < end && !gone.signal.aborted;) {
        const block = await this.#read(offset, end, cursor);
        offset += block.length;
        if (!response.write(block)) await once(response, 'drain', { signal: gone.signal });
      }
      response.end();
    } catch (error) {
      // One that hangs up has read enough.
      if (!gone.signal.aborted) this.fail(error);
      response.destroy();
    }
  }

  /** A block from there on; waits until it has come. */
  async #read(offset: number, end: number, cursor: Cursor): Promise<Buffer> {
    const range = Math.floor(offset / rangeBytes);
    if (cursor.has(range)) await cursor.reach(range);
    else await this.#wait(cursor.reach(range));
    const length = Math.min(blockBytes, end - offset, (range + 1) * rangeBytes - offset);
    const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, offset);
    if (bytesRead === 0) throw new Error('The copy of the source is shorter than it was.');
    return buffer.subarray(0, bytesRead);
  }

  async #wait(reached: Promise<void>): Promise<void> {
    if (this.#waiting++ === 0) this.#onWait(true);
    try {
      await reached;
    } finally {
      if (--this.#waiting === 0) this.#onWait(false);
    }
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
