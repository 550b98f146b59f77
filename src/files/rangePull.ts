import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { FetchedFile } from './fetchedFile.ts';
import { nextRange } from './nextRange.ts';
import { rangeAt, rangeCount } from './pullRanges.ts';
import { nobodyWaits, type Fetching } from './sharedRead.ts';

export interface RangePullOptions {
  readonly bytes: number;
  readonly file: Pick<FetchedFile, 'has' | 'store'>;
  readonly read: Fetching['read'];
  /** Ranges that are asked for at once; what somebody waits for is asked for beside them. */
  readonly atOnce: () => number;
  readonly signal: AbortSignal;
  /** So many bytes more are there. */
  readonly onStored: (bytes: number) => void;
}

/** A place in a file at which somebody reads. */
export interface Cursor {
  has(index: number): boolean;
  /** Resolves when this range is there. Rejects with what keeps it from being fetched, and when the cursor is closed. */
  reach(index: number): Promise<void>;
  close(): void;
}

interface Place {
  index: number;
  /** The first that it has read. */
  start: number | undefined;
  /** Undefined while it waits for nothing. */
  waiting: PromiseWithResolvers<undefined> | undefined;
}

/** Fetches the ranges of one file in the order in which they are needed, several at once. The first failure ends it. */
export class RangePull {
  /** Resolves when all is there, which is once `all` was asked for, or all was read. Nothing is stored after it settles. */
  readonly done: Promise<void>;
  readonly #options: RangePullOptions;
  readonly #count: number;
  readonly #done = Promise.withResolvers<void>();
  readonly #end = new AbortController();
  readonly #inFlight = new Set<number>();
  /** Whoever came last is first. */
  #places: Place[] = [];
  #missing = 0;
  #lowest = 0;
  #rest = false;
  #failure: DffmpegError | undefined;

  constructor(options: RangePullOptions) {
    this.#options = options;
    this.#count = rangeCount(options.bytes);
    this.done = this.#done.promise;
    for (let index = 0; index < this.#count; index += 1) if (!options.file.has(index)) this.#missing += 1;
    const { signal } = options;
    const onAbort = (): void => {
      this.#fail(signal.reason);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const settled = (): void => {
      signal.removeEventListener('abort', onAbort);
    };
    this.done.then(settled, settled);
    this.#pump();
  }

  /** Ranges that are not there. */
  get missing(): number {
    return this.#missing;
  }

  /** Whatever is read: the whole file is wanted. */
  all(): void {
    this.#rest = true;
    this.#pump();
  }

  /** A reader, who is at no place yet. */
  cursor(): Cursor {
    const place: Place = { index: this.#count, start: undefined, waiting: undefined };
    this.#places.unshift(place);
    return {
      has: (index) => this.#options.file.has(index),
      reach: async (index) => {
        if (this.#failure) throw this.#failure;
        place.index = index;
        place.start ??= index;
        place.waiting = this.#options.file.has(index) ? undefined : Promise.withResolvers();
        this.#pump();
        await place.waiting?.promise;
      },
      close: () => {
        this.#places = this.#places.filter((each) => each !== place);
        place.waiting?.reject(nobodyWaits());
      },
    };
  }

  #pump(): void {
    while (!this.#failure) {
      const { file, atOnce } = this.#options;
      while (this.#lowest < this.#count && file.has(this.#lowest)) this.#lowest += 1;
      const next = nextRange({
        count: this.#count,
        has: (index) => file.has(index),
        inFlight: (index) => this.#inFlight.has(index),
        cursors: this.#places.map((place) => ({ index: place.index, ahead: aheadOf(place, atOnce()) })),
        rest: this.#rest,
        lowest: this.#lowest,
      });
      if (!next || (!next.urgent && this.#inFlight.size >= atOnce())) break;
      this.#inFlight.add(next.index);
      void this.#fetch(next.index);
    }
    if (this.#inFlight.size > 0) return;
    if (this.#failure) this.#done.reject(this.#failure);
    else if (this.#missing === 0) this.#done.resolve();
  }

  /** Never rejects. */
  async #fetch(index: number): Promise<void> {
    const { bytes, file, read, onStored } = this.#options;
    const range = rangeAt(index, bytes);
    try {
      const fetched = await read(range, this.#end.signal);
      this.#end.signal.throwIfAborted();
      await file.store(index, fetched);
      this.#missing -= 1;
      this.#arrived(index);
      onStored(range.length);
    } catch (error) {
      this.#fail(error);
    }
    this.#inFlight.delete(index);
    this.#pump();
  }

  #arrived(index: number): void {
    for (const place of this.#places) {
      if (place.index !== index) continue;
      place.waiting?.resolve(undefined);
      place.waiting = undefined;
    }
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = toDffmpegError(error);
    this.#end.abort(this.#failure);
    for (const { waiting } of this.#places) waiting?.reject(this.#failure);
    this.#pump();
  }
}

/** Who has just come may look at a few bytes, and go on elsewhere: what that one waits for does not queue behind much. */
function aheadOf({ index, start }: Place, atOnce: number): number {
  return index === start ? 1 : atOnce;
}
