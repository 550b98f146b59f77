import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { OfferedResult } from '../protocol/offers.ts';
import type { ReadRange } from './neighbourFiles.ts';
import { pullRanges, rangeAt, rangeCount } from './pullRanges.ts';
import { writeAll } from './writeAll.ts';

export interface Receiving {
  readonly result: OfferedResult;
  /** Of our own, and empty. */
  readonly folder: string;
  readonly read: ReadRange;
  readonly rangesAtOnce: number;
  readonly signal: AbortSignal;
}

/**
 * Fetches a result, a file or a folder with all that is in it, and returns where it lies. Each range is checked against its
 * digest on the way; whether the disk has taken it is looked at when it is placed.
 */
export async function receiveResult({ result, folder, ...how }: Receiving): Promise<string> {
  const staged = path.join(folder, result.name);
  if (result.isFolder) await mkdir(staged);
  for (const { name, bytes, ticket } of result.files) {
    const file = path.join(staged, name);
    if (name !== '') await mkdir(path.dirname(file), { recursive: true });
    await receiveFile(file, { bytes, ticket }, how);
  }
  return staged;
}

async function receiveFile(
  file: string,
  { bytes, ticket }: Pick<OfferedResult['files'][number], 'bytes' | 'ticket'>,
  { read, rangesAtOnce, signal }: Omit<Receiving, 'result' | 'folder'>,
): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await pullRanges({
      ...{ bytes, signal, atOnce: rangesAtOnce },
      wanted: Array.from({ length: rangeCount(bytes) }, (_, index) => index),
      read: (range, until) => read(ticket, range, until),
      store: async (index, range) => {
        await writeAll(handle, range.bytes, rangeAt(index, bytes).offset);
      },
    });
  } finally {
    await handle.close();
  }
}
