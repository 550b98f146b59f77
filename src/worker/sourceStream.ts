import type { OpenCopy } from '../files/blobCache.ts';
import { LoopbackSource } from '../files/loopbackSource.ts';
import { unlessAborted } from '../protocol/aborting.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { Suspension } from './suspension.ts';

/** Requests of an ffmpeg that reads here and there, as where pictures and sound lie far apart, rather than from the beginning on. */
const manyRequests = 200;

/** A source that an ffmpeg of an attempt reads while it is fetched. */
export class SourceStream {
  /** On while ffmpeg waits for bytes: that it makes no progress is not its fault then. */
  readonly waits = new Suspension();
  readonly #copy: OpenCopy;
  readonly #over = Promise.withResolvers<void>();
  readonly #restless = new AbortController();
  #server: LoopbackSource | undefined;

  private constructor(copy: OpenCopy) {
    this.#copy = copy;
  }

  static async open(copy: OpenCopy): Promise<SourceStream> {
    const stream = new SourceStream(copy);
    let requests = 0;
    const counted = {
      path: copy.path,
      bytes: copy.bytes,
      cursor: () => {
        requests += 1;
        if (requests > manyRequests) stream.#restless.abort(restless);
        return copy.cursor();
      },
    };
    stream.#server = await LoopbackSource.open(counted, (waits) => {
      stream.waits.set(waits);
    });
    copy.done.catch((error: unknown) => {
      stream.#loopback.fail(error);
    });
    return stream;
  }

  get #loopback(): LoopbackSource {
    if (!this.#server) throw new Error('The stream is not open.');
    return this.#server;
  }

  /** What ffmpeg reads. */
  get url(): string {
    return this.#loopback.url;
  }

  /** Aborted, with the reason, when something of the source could not be had. */
  get failed(): AbortSignal {
    return this.#loopback.failed;
  }

  /** Aborted when it is read here and there: it is sooner encoded when it is whole. */
  get restless(): AbortSignal {
    return this.#restless.signal;
  }

  /** Resolves when nothing more is fetched for it. Never rejects. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** The first pictures are encoded: what comes after what is read is fetched, too. */
  fetchRest(): void {
    this.#copy.fetchRest();
  }

  /** Resolves when the copy is whole. */
  async whole(signal: AbortSignal): Promise<void> {
    await unlessAborted(this.#copy.whole(), signal);
    this.#over.resolve();
  }

  close(): void {
    this.#over.resolve();
    // Nobody waits for that.
    this.#loopback.close().catch(() => undefined);
  }
}

const restless = new DffmpegError('cancelled', 'The source is read here and there.');
