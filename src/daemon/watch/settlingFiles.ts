import type { ErrorData } from '../../protocol/errors.ts';

/** What tells one state of a file from another. */
export interface FileLook {
  readonly bytes: number;
  /** Nanoseconds since the epoch. */
  readonly modified: bigint;
  readonly inode: bigint;
}

interface Settling {
  readonly look: FileLook;
  /** Milliseconds of a clock that only goes forward. */
  readonly since: number;
  readonly reason?: ErrorData | undefined;
}

/**
 * Files that are watched until they stop growing: one is complete when two looks, `settleMs` apart or more, found
 * the same, and none between found anything else. Pure: the looks and the clock come from outside.
 */
export class SettlingFiles {
  readonly #settleMs: number;
  readonly #files = new Map<string, Settling>();

  /** `settleMs` in milliseconds. */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  get size(): number {
    return this.#files.size;
  }

  entries(): { path: string; bytes: number; reason?: ErrorData | undefined }[] {
    return [...this.#files].map(([path, { look, reason }]) => ({ path, bytes: look.bytes, reason }));
  }

  /** A look at a file. A first one, or one that differs from the last, begins the time anew. */
  seen(path: string, look: FileLook, now: number): void {
    const known = this.#files.get(path);
    if (known === undefined || !sameLook(known.look, look)) this.#files.set(path, { look, since: now });
  }

  /** It is not ready whatever its looks say: the time begins anew. `reason`: why it was not taken. */
  restart(path: string, look: FileLook, now: number, reason?: ErrorData): void {
    this.#files.set(path, { look, since: now, reason });
  }

  /** It is gone, or taken. */
  drop(path: string): void {
    this.#files.delete(path);
  }

  /** All but these are gone. */
  retain(paths: ReadonlySet<string>): void {
    for (const path of this.#files.keys()) if (!paths.has(path)) this.#files.delete(path);
  }

  /** Files whose time is over: another look at each decides. */
  due(now: number): { path: string; look: FileLook }[] {
    return [...this.#files]
      .filter(([, { since }]) => now - since >= this.#settleMs)
      .map(([path, { look }]) => ({ path, look }));
  }

  /** When `due` has something to say next. */
  nextDue(): number | undefined {
    let first: number | undefined;
    for (const { since } of this.#files.values()) if (first === undefined || since < first) first = since;
    return first === undefined ? undefined : first + this.#settleMs;
  }
}

export function sameLook(a: FileLook, b: FileLook): boolean {
  return a.bytes === b.bytes && a.modified === b.modified && a.inode === b.inode;
}
