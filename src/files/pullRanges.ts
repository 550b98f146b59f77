import { createHash } from 'node:crypto';
import { rangeBytes } from '../protocol/rangeMessages.ts';
import type { FetchedRange } from './fileLink.ts';
import type { Range } from './neighbourFiles.ts';

/** How many ranges a file of so many bytes has. */
export function rangeCount(bytes: number): number {
  return Math.ceil(bytes / rangeBytes);
}

export function rangeAt(index: number, bytes: number): Range {
  const offset = index * rangeBytes;
  return { offset, length: Math.min(rangeBytes, bytes - offset) };
}

export interface Pull {
  readonly bytes: number;
  /** Ranges that are wanted, by number, in the order in which they are asked for. */
  readonly wanted: Iterable<number>;
  readonly read: (range: Range, signal: AbortSignal) => Promise<FetchedRange>;
  /** Stores a range; awaited before more is asked for, so that a slow disk is not run over. */
  readonly store: (index: number, range: FetchedRange) => Promise<void>;
  /** Ranges that are asked for at once. */
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

/** Fetches ranges, several at once. The first failure ends it: nothing is asked for or stored after it rejects. */
export async function pullRanges({ bytes, wanted, read, store, atOnce, signal }: Pull): Promise<void> {
  const failed = new AbortController();
  const given = AbortSignal.any([signal, failed.signal]);
  const indices = wanted[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = indices.next(); next.done !== true; next = indices.next()) {
      given.throwIfAborted();
      const range = await read(rangeAt(next.value, bytes), given);
      given.throwIfAborted();
      await store(next.value, range);
    }
  };
  let cause: unknown;
  const lanes = Array.from({ length: atOnce }, () =>
    lane().catch((error: unknown) => {
      cause ??= error;
      failed.abort(error);
    }),
  );
  await Promise.all(lanes);
  signal.throwIfAborted();
  if (failed.signal.aborted) throw cause;
}

/** Of a range. */
export function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** A file's own: SHA-256 over the digests of its ranges, in order; known without reading anything twice. */
export function digestOfRanges(digests: Uint8Array): string {
  return createHash('sha256').update(digests).digest('hex');
}
