import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DffmpegError } from '../../protocol/errors.ts';

/** `DFFM`, where SQLite's file format has a program's own number (https://www.sqlite.org/fileformat.html). */
export const applicationId = 0x4446464d;
const applicationIdOffset = 68;
const headerBytes = 100;

/**
 * Whether the database at this path is ours, or there is none yet. Throws `store-unavailable` for another program's, in
 * which nothing has been changed. Earlier ones of ours have no number, and are known by their tables.
 */
export function requireOwnDatabase(file: string, busyTimeoutMs: number): 'own' | 'new' {
  if (file === ':memory:') return 'new';
  const header = readHeader(file);
  if (header === undefined) return 'new';
  // What is no database SQLite refuses by itself.
  const isDatabase = header.length === headerBytes && header.toString('latin1', 0, 15) === 'SQLite format 3';
  const number = isDatabase ? header.readUInt32BE(applicationIdOffset) : applicationId;
  if (number === applicationId) return 'own';
  // The number may be in the log of changes yet, of a daemon that was killed.
  if (number !== 0 || !hasOwnTables(file, busyTimeoutMs)) throw foreignDatabase(file);
  return 'own';
}

/** Undefined where there is nothing in it; SQLite may have put all into its log as yet. */
function readHeader(file: string): Buffer | undefined {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    // SQLite says why, where there is one.
    return undefined;
  }
  try {
    const header = Buffer.alloc(headerBytes);
    const bytes = readSync(handle, header, 0, headerBytes, 0);
    return bytes === 0 ? undefined : header.subarray(0, bytes);
  } finally {
    closeSync(handle);
  }
}

/** The table that has the number of the schema; a daemon that was killed at its very first start has made that alone. */
function hasOwnTables(file: string, busyTimeoutMs: number): boolean {
  const database = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    if (tables.length === 0) return true;
    const columns = database.prepare("select name from pragma_table_info('meta') order by name").all();
    if (columns.map(({ name }) => name).join() !== 'name,value') return false;
    const schema = database.prepare("select value from meta where name = 'schema'").get();
    return schema ? /^\d+$/.test(String(schema['value'])) : tables.length === 1;
  } finally {
    database.close();
  }
}

function foreignDatabase(file: string): DffmpegError {
  return new DffmpegError(
    'store-unavailable',
    `${file} is another program’s database; it was left as it is.`,
    {
      hint: 'Choose another state folder with --state-dir or DFFMPEG_STATE_DIR, or move that file away.',
    },
  );
}
