import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { unlessAborted } from '../protocol/aborting.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { SourceState } from '../protocol/fileState.ts';
import { briefKey } from './contentKey.ts';
import { FetchedFile, listOf } from './fetchedFile.ts';
import { RangePull, type Cursor } from './rangePull.ts';
import { nobodyWaits, SharedRead, type Fetching } from './sharedRead.ts';

/** A file of a holder, in one state: what is fetched once, however many attempts want it. */
export interface Blob extends SourceState {
  /** Who holds it. */
  readonly holder: string;
  readonly path: string;
}

/** A copy that nobody removes before it is released. */
export interface Copy {
  readonly path: string;
  readonly digest: string;
  release(): void;
}

/** A copy that is read while it comes. */
export interface OpenCopy {
  readonly path: string;
  readonly bytes: number;
  /** Ranges that are not there by now. */
  readonly missing: number;
  /** What is read there comes first. */
  cursor(): Cursor;
  /** Rejects with what ends the fetch, whoever waits; resolves when it is whole. */
  readonly done: Promise<unknown>;
  /** Has all of it fetched. Rejects with what kept it from that. */
  whole(): Promise<void>;
  /** The same, and nobody waits for it. */
  fetchRest(): void;
  release(): void;
}

export interface BlobCacheOptions {
  readonly folder: string;
  /** What is kept of copies that nobody uses; those in use count, and may be more. */
  readonly maxBytes: () => number;
  readonly rangesAtOnce: () => number;
  readonly onError: (error: DffmpegError) => void;
}

/** One fetch, for all who wait for it; it is given up when the last of them is gone. */
interface Entry {
  readonly end: AbortController;
  readonly waiting: SharedRead;
  /** What was there before is known. */
  readonly opened: Promise<RangePull>;
  readonly path: string;
  /** Resolves with its digest when it is whole. */
  readonly done: Promise<string>;
  users: number;
}

/** A name of a folder that this cache has made. */
const keyPattern = /^[0-9a-f]{64}$/;

/**
 * Copies of other machines' files, by what names them. A part that was fetched is not fetched again, also after a
 * restart; what is there is hashed before it is used, so that a bit that flipped is fetched anew.
 */
export class BlobCache {
  readonly #options: BlobCacheOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: BlobCacheOptions) {
    this.#options = options;
  }

  /** Resolves with a whole copy. Rejects with what kept it from being fetched, and with the reason of the signal. */
  async take(blob: Blob, fetching: Fetching): Promise<Copy> {
    const { entry, asksNoMore, leave } = this.#join(blob, fetching);
    try {
      const pull = await unlessAborted(entry.opened, fetching.signal);
      pull.all();
      const digest = await unlessAborted(entry.done, fetching.signal);
      return { path: entry.path, digest, release: leave };
    } catch (error) {
      leave();
      throw error;
    } finally {
      asksNoMore();
    }
  }

  /** Resolves with a copy of which what is read comes first; `fetching` counts until it is released. */
  async open(blob: Blob, fetching: Fetching): Promise<OpenCopy> {
    const { entry, asksNoMore, leave } = this.#join(blob, fetching);
    const release = (): void => {
      asksNoMore();
      leave();
    };
    try {
      const pull = await unlessAborted(entry.opened, fetching.signal);
      return {
        path: entry.path,
        bytes: blob.bytes,
        done: entry.done,
        get missing() {
          return pull.missing;
        },
        cursor: () => pull.cursor(),
        whole: async () => {
          pull.all();
          await unlessAborted(entry.done, fetching.signal);
        },
        fetchRest: () => {
          pull.all();
        },
        release,
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Removes what was used longest ago and nobody uses, until no more than `maxBytes` is left. */
  async trim(): Promise<void> {
    const { folder, maxBytes } = this.#options;
    const kept = await this.#kept();
    let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { key, bytes } of kept) {
      if (total <= maxBytes()) return;
      if (this.#entries.has(key)) continue;
      await rm(path.join(folder, key), { recursive: true, force: true });
      total -= bytes;
    }
  }

  #join(blob: Blob, fetching: Fetching): { entry: Entry; asksNoMore: () => void; leave: () => void } {
    const { signal } = fetching;
    signal.throwIfAborted();
    const key = keyOf(blob);
    const entry = this.#entries.get(key) ?? this.#begin(key, blob);
    entry.users += 1;
    entry.waiting.add(fetching);
    const asksNoMore = (): void => {
      signal.removeEventListener('abort', asksNoMore);
      entry.waiting.delete(fetching);
    };
    // At once: what it has asked for fails now, and is to be asked for by another.
    signal.addEventListener('abort', asksNoMore, { once: true });
    return { entry, asksNoMore, leave: once(() => this.#leave(key, entry)) };
  }

  #begin(key: string, blob: Blob): Entry {
    const end = new AbortController();
    const waiting = new SharedRead();
    const copy = path.join(this.#options.folder, key, `source${extensionOf(blob.path)}`);
    const opened = Promise.withResolvers<RangePull>();
    const done = this.#fetch(copy, blob, waiting, { signal: end.signal, opened: opened.resolve });
    const entry: Entry = { end, waiting, opened: opened.promise, path: copy, done, users: 0 };
    this.#entries.set(key, entry);
    // Whoever waits hears it; whoever comes later tries anew.
    opened.promise.catch(() => undefined);
    done.catch((error: unknown) => {
      opened.reject(error);
      this.#forget(key, entry);
    });
    return entry;
  }

  async #fetch(
    copy: string,
    blob: Blob,
    { read, onProgress }: Pick<SharedRead, 'read' | 'onProgress'>,
    { signal, opened }: { readonly signal: AbortSignal; readonly opened: (pull: RangePull) => void },
  ): Promise<string> {
    const { bytes } = blob;
    await mkdir(path.dirname(copy), { recursive: true });
    const file = await FetchedFile.open(copy, bytes, signal);
    try {
      let { present } = file;
      onProgress(present);
      const pull = new RangePull({
        ...{ bytes, file, read, signal, atOnce: this.#options.rangesAtOnce },
        onStored: (more) => {
          present += more;
          onProgress(present);
        },
      });
      opened(pull);
      await pull.done;
      await requireContent(copy, blob, signal);
      return file.digest ?? '';
    } finally {
      await file.close();
    }
  }

  #leave(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    this.#forget(key, entry);
    entry.end.abort(nobodyWaits());
    const used = path.join(this.#options.folder, key);
    const now = new Date();
    entry.done
      .catch(() => undefined)
      .then(() => utimes(used, now, now))
      .then(() => this.trim())
      .catch((error: unknown) => {
        this.#options.onError(toDffmpegError(error));
      });
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  /** The longest unused first. */
  async #kept(): Promise<{ key: string; bytes: number; usedAt: number }[]> {
    const { folder } = this.#options;
    const keys = (await readdir(folder).catch(() => [])).filter((name) => keyPattern.test(name));
    const kept = await Promise.all(
      keys.map(async (key) => {
        const { mtimeMs } = await stat(path.join(folder, key));
        return { key, bytes: await sizeOf(path.join(folder, key)), usedAt: mtimeMs };
      }),
    );
    return kept.sort((one, other) => one.usedAt - other.usedAt);
  }
}

/**
 * Where it is known what the file held when it was offered: parts that came before and after a write to it make a copy of neither,
 * whatever its size and times say. Throws `source-changed`, and leaves nothing of the copy.
 */
async function requireContent(
  copy: string,
  { path: source, content }: Blob,
  signal: AbortSignal,
): Promise<void> {
  if (content === undefined || (await briefKey(copy, signal)) === content) return;
  for (const file of [copy, listOf(copy)]) await rm(file, { force: true });
  throw new DffmpegError('source-changed', `${source} changed while it was fetched.`, {
    hint: 'Wait until the file is complete, then retry the job.',
  });
}

/** What the files of a folder take on the disk; a copy that is not whole takes less than its length. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(path.join(folder, name))).blocks * 512;
  return bytes;
}

/** Another time of its own (ctime), or another content where that is told: another blob, whatever its size and time are. */
function keyOf({ holder, path: file, bytes, modified, changed, content, identity }: Blob): string {
  const { device, inode } = identity;
  const named = JSON.stringify([holder, file, bytes, modified, changed, content, device, inode]);
  return createHash('sha256').update(named).digest('hex');
}

/** Whether they are one file in one state, of one holder. */
export function isSameBlob(one: Omit<Blob, 'holder'>, other: Omit<Blob, 'holder'>): boolean {
  return keyOf({ ...one, holder: '' }) === keyOf({ ...other, holder: '' });
}

/** Of a name that somebody else has given; some formats are told apart by it. */
function extensionOf(file: string): string {
  return /\.[0-9A-Za-z]{1,8}$/.exec(file)?.[0] ?? '';
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
