import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished, Readable } from 'node:stream';
import { DffmpegError, toDffmpegError } from '../../protocol/errors.ts';
import { AddressLimit } from '../../transport/addressLimit.ts';
import type { Config } from '../config.ts';
import type { InstallArchives } from './installArchives.ts';
import { installPaths } from './installLine.ts';
import { AddressSlots } from './addressSlots.ts';

export interface InstallDeskOptions {
  /** Packs what is given out; asked for when the first machine comes, and again where that failed. */
  readonly make: () => Promise<InstallArchives>;
  readonly script: (archives: InstallArchives) => string;
  readonly settings: () => Pick<
    Config,
    'installRequestsAMinute' | 'installsAtOnce' | 'installStallSeconds' | 'installKilobytesASecond'
  >;
  readonly onError: (error: unknown) => void;
  /** Something was sent, whole or not. */
  readonly onSent?: () => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

interface Body {
  readonly type: string;
  readonly bytes: number;
  readonly stream: Readable;
}

/**
 * Gives the program to machines that become workers, who have proven nothing yet: so it gives the same to everybody,
 * to so many at once and so often, and to nobody who takes it too slowly.
 */
export class InstallDesk {
  readonly #options: InstallDeskOptions;
  readonly #requests: AddressLimit;
  /** Of the script and of archives: who fetches the large ones keeps nobody from beginning. */
  readonly #scripts: AddressSlots;
  readonly #downloads: AddressSlots;
  #archives: Promise<InstallArchives> | undefined;

  constructor(options: InstallDeskOptions) {
    this.#options = options;
    const { settings, now } = options;
    this.#requests = new AddressLimit(() => settings().installRequestsAMinute, now);
    this.#scripts = new AddressSlots(() => settings().installsAtOnce);
    this.#downloads = new AddressSlots(() => settings().installsAtOnce);
  }

  /** False: it is none of these paths, and was left alone. Else the connection is closed with the answer. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { url, method } = request;
    const { script, program, node } = installPaths;
    if (method !== 'GET' || (url !== script && url !== program && url !== node)) return false;
    const address = request.socket.remoteAddress ?? '';
    if (this.#requests.isOver(address)) {
      refuse(response, 429, 'This address has asked too often. It may again in a minute.', '60');
      return true;
    }
    this.#requests.count(address);
    const release = (url === script ? this.#scripts : this.#downloads).take(address);
    if (!release) {
      refuse(response, 503, 'Others are being served. Try again in a moment.', '5');
      return true;
    }
    response.once('close', release);
    this.#body(url).then(
      (body) => {
        if (response.destroyed) body?.stream.destroy();
        else if (body) this.#send(response, body);
        else refuse(response, 404, 'This machine has no Node to give away.');
      },
      (error: unknown) => {
        this.#options.onError(error);
        const { message } = toDffmpegError(error);
        // The reason names files: it is for the log.
        refuse(response, 503, error instanceof DffmpegError ? message : 'The program could not be packed.');
      },
    );
    return true;
  }

  async #body(url: string): Promise<Body | undefined> {
    const archives = await this.#made();
    if (url === installPaths.script) {
      const text = Buffer.from(this.#options.script(archives));
      return { type: 'text/x-shellscript; charset=utf-8', bytes: text.length, stream: Readable.from([text]) };
    }
    const packed = url === installPaths.program ? archives.program : archives.node;
    return packed && { type: 'application/gzip', bytes: packed.bytes, stream: createReadStream(packed.file) };
  }

  #made(): Promise<InstallArchives> {
    const making = (this.#archives ??= this.#options.make());
    making.catch(() => {
      if (this.#archives === making) this.#archives = undefined;
    });
    return making;
  }

  get #stallMs(): number {
    return this.#options.settings().installStallSeconds * 1000;
  }

  #send(response: ServerResponse, { type, bytes, stream }: Body): void {
    const { installKilobytesASecond } = this.#options.settings();
    response.setTimeout(this.#stallMs, () => response.destroy());
    const deadline = setTimeout(() => response.destroy(), this.#stallMs + bytes / installKilobytesASecond);
    response.once('close', () => {
      clearTimeout(deadline);
      stream.destroy();
      this.#options.onSent?.();
    });
    finished(stream, { writable: false }, (error) => {
      if (!error || response.destroyed) return;
      this.#options.onError(error);
      this.#archives = undefined;
      // Less than was announced: whoever fetches sees that it is not whole.
      response.destroy();
    });
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': bytes });
    stream.pipe(response);
  }
}

const headers = { Connection: 'close', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

function refuse(response: ServerResponse, status: number, sentence: string, retryAfter?: string): void {
  const text = `${sentence}\n`;
  response
    .writeHead(status, {
      ...headers,
      'Content-Length': Buffer.byteLength(text),
      'Content-Type': 'text/plain; charset=utf-8',
      ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
    })
    .end(text);
}
