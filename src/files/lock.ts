import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { DffmpegError } from '../protocol/errors.ts';

/** A held lock. `release` may be called more than once. */
export interface Lock {
  release(): void;
}

export interface AcquireOptions {
  /** Milliseconds between two looks at a lock that somebody else holds. */
  lookMs: number;
  /** Milliseconds to wait for another holder; then `conflict` is thrown. Without it: until the signal. */
  waitMs?: number;
  signal?: AbortSignal;
}

/** SQLite's result code for a lock that another connection holds; the low byte of the extended code. */
const sqliteBusy = 5;

/**
 * Takes a lock of the operating system on `file`, which dies with the process however that ends. An exclusive
 * transaction on an empty SQLite database is the one such lock that Node offers on every system; the file
 * stays, empty, and is not to be deleted (a second holder could then lock a new file of the same name).
 */
export async function acquireLock(file: string, options: AcquireOptions): Promise<Lock> {
  const deadline = options.waitMs === undefined ? Infinity : performance.now() + options.waitMs;
  await mkdir(path.dirname(file), { recursive: true });
  for (;;) {
    options.signal?.throwIfAborted();
    const lock = tryLock(file);
    if (lock) return lock;
    if (performance.now() >= deadline)
      throw new DffmpegError('conflict', `Another process holds ${file}.`, {
        hint: 'Wait until it has finished, or end it.',
      });
    await delay(options.lookMs, undefined, { signal: options.signal });
  }
}

/** Takes the lock, or returns `undefined` at once when somebody else (also in this process) holds it. */
export function tryLock(file: string): Lock | undefined {
  const database = new DatabaseSync(file);
  try {
    // Waiting inside SQLite would block the event loop.
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    release() {
      if (database.isOpen) database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === sqliteBusy
  );
}
