/**
 * What a power cut does to a queue in SQLite's write-ahead log: commits since the last sync may be gone. The daemon
 * under test notes after each synced commit how far the log reaches; the test cuts the rest off.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { open, readFile, rm, truncate } from 'node:fs/promises';
import os from 'node:os';

/** https://www.sqlite.org/walformat.html: the header of the index, in the machine's byte order. */
const indexHeader = { bytes: 48, lastFrame: 16, salt: 32 };
const logHeader = { bytes: 32, pageSize: 8, salt: 16 };
const frameHeaderBytes = 24;
const saltBytes = 8;

export function syncedFile(store: string): string {
  return `${store}.synced`;
}

/** Notes that everything in the log is on the disk now. Synchronous: nothing is committed meanwhile. */
export function createSyncNotes(store: string): () => void {
  const file = syncedFile(store);
  closeSync(openSync(file, 'a'));
  const target = openSync(file, 'r+');
  let index: number | undefined;
  return () => {
    index ??= openSync(`${store}-shm`, 'r');
    const header = Buffer.alloc(indexHeader.bytes);
    readSync(index, header, 0, header.length, 0);
    const kept = Buffer.alloc(saltBytes + 4);
    header.copy(kept, 0, indexHeader.salt, indexHeader.salt + saltBytes);
    header.copy(kept, saltBytes, indexHeader.lastFrame, indexHeader.lastFrame + 4);
    writeSync(target, kept, 0, kept.length, 0);
  };
}

/** Cuts off what came after the last sync. How many pages that were. The index is memory: it is gone, too. */
export async function cutToSynced(store: string): Promise<number> {
  const log = `${store}-wal`;
  const index = await readFile(`${store}-shm`).catch(() => Buffer.alloc(indexHeader.bytes));
  await rm(`${store}-shm`, { force: true });
  const header = Buffer.alloc(logHeader.bytes);
  const handle = await open(log, 'r').catch(() => undefined);
  if (!handle) return 0;
  const { bytesRead } = await handle.read(header, 0, header.length, 0);
  await handle.close();
  if (bytesRead === 0) return 0;
  const salt = header.subarray(logHeader.salt, logHeader.salt + saltBytes);
  const note = await readFile(syncedFile(store));
  // A log that was begun anew since: its old content was brought into the database, and synced there, before.
  const synced = note.subarray(0, saltBytes).equals(salt) ? readFrame(note, saltBytes) : 0;
  const frameBytes = frameHeaderBytes + header.readUInt32BE(logHeader.pageSize);
  await truncate(log, synced === 0 ? 0 : logHeader.bytes + synced * frameBytes);
  return readFrame(index, indexHeader.lastFrame) - synced;
}

function readFrame(buffer: Buffer, offset: number): number {
  return os.endianness() === 'LE' ? buffer.readUInt32LE(offset) : buffer.readUInt32BE(offset);
}
