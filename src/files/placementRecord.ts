import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { fileIdentitySchema, type FileIdentity } from '../protocol/workerContract.ts';
import type { PlacingFs } from './placingFs.ts';

/**
 * What recovery must know where the placed file cannot be recognised by the staged file's identity: because
 * it is a copy, or because the file system has no hard links. Kept in the worker's own folder, not in the
 * destination, until the delivery has been acknowledged.
 */
const recordSchema = z.object({
  /** The final path it speaks of. */
  path: z.string(),
  /** Of the whole result. */
  bytes: z.number(),
  /** The copy on the destination's file system, complete and synced. */
  copy: fileIdentitySchema.optional(),
  /** The name was free, and an empty file is put there to reserve it; its identity once that is known. */
  placeholder: z.union([fileIdentitySchema, z.literal('intended')]).optional(),
});

export type PlacementRecord = z.output<typeof recordSchema>;

/** `key`: of the placement, see `keyOf`. */
export function recordPath(recordDir: string, key: string): string {
  return path.join(recordDir, `${key}.json`);
}

export async function writeRecord(fs: PlacingFs, file: string, record: PlacementRecord): Promise<void> {
  await fs.writeText(file, JSON.stringify(record));
}

export async function readRecord(fs: PlacingFs, file: string): Promise<PlacementRecord | undefined> {
  const text = await fs.readText(file);
  return text === undefined ? undefined : recordSchema.parse(JSON.parse(text));
}

/** After the delivery has been acknowledged: nobody will ask for this placement again. */
export async function forgetPlacement(recordDir: string, key: string): Promise<void> {
  await rm(recordPath(recordDir, key), { force: true });
}

/** `<task>-<fence>` in the name of a record, also of one that was being written. */
const namePattern = /^\.?(.+-\d+)\.json/;

/**
 * Removes records of attempts that have ended, and others (of a source that was replaced) that are older than `keepDays`.
 * To be called as `sweepAttempts` is.
 */
export async function sweepRecords(
  recordDir: string,
  isRunning: (key: string) => boolean,
  keepDays: number,
): Promise<void> {
  for (const name of await readdir(recordDir).catch(() => [])) {
    const file = path.join(recordDir, name);
    const key = namePattern.exec(name)?.[1];
    const isDone =
      key === undefined ? Date.now() - (await stat(file)).mtimeMs > keepDays * 86_400_000 : !isRunning(key);
    if (isDone) await rm(file, { force: true });
  }
}

/**
 * Whether a recorded identity still names the file. Device numbers are given out anew at each boot, so a
 * file that is looked for at one path after a restart is recognised by its inode.
 */
export function sameInode(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  return a !== undefined && b !== undefined && a.inode === b.inode;
}
