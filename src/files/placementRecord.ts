import { lstat, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { fileIdentitySchema, type FileIdentity } from '../protocol/fileState.ts';
import { errnoCode } from './errnoCode.ts';
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
  /** When that was made, in nanoseconds: its number may be another one once the disk has been mounted anew. */
  reserved: z.string().optional(),
});

export type PlacementRecord = z.output<typeof recordSchema>;

/** `key`: of the placement, see `keyOf`. */
export function recordPath(recordDir: string, key: string): string {
  return path.join(recordDir, `${key}.json`);
}

export async function writeRecord(fs: PlacingFs, file: string, record: PlacementRecord): Promise<void> {
  const text = JSON.stringify(record);
  await fs.writeText(file, text).catch(async (error: unknown) => {
    if (!(await fs.isFolder(file))) throw error;
    await setDamagedAside(file);
    await fs.writeText(file, text);
  });
}

export async function readRecord(fs: PlacingFs, file: string): Promise<PlacementRecord | undefined> {
  const found = await readAny(file, (name) => fs.readText(name));
  const record = recordSchema.safeParse(found);
  if (record.success) return record.data;
  // A disk after a hard crash: what it spoke of is recognised by what lies there, or by nothing.
  if (found !== undefined) await setDamagedAside(file);
  return undefined;
}

const damaged = '.damaged';

/**
 * Sets each record aside that cannot be read (empty, cut off, no file at all), so that nothing fails for it ever again.
 * Before any of them is asked for. Resolves to where they lie now.
 */
export async function setDamagedRecordsAside(recordDir: string): Promise<string[]> {
  const moved: string[] = [];
  for (const name of await recordNames(recordDir)) {
    // One that is being written begins with a point.
    if (!name.endsWith('.json') || name.startsWith('.')) continue;
    const file = path.join(recordDir, name);
    const found = await readAny(file, (each) => readFile(each, 'utf8'));
    if (!anyRecordSchema.safeParse(found).success) moved.push(await setDamagedAside(file));
  }
  return moved;
}

/** Also that of a source which is about to be deleted. */
const anyRecordSchema = z.object({ path: z.string() });

/** `null` for what is no record; undefined where there is none. */
async function readAny(file: string, read: (file: string) => Promise<string | undefined>): Promise<unknown> {
  try {
    const text = await read(file);
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    const code = errnoCode(error);
    if (error instanceof SyntaxError || code === 'EISDIR') return null;
    throw error;
  }
}

async function setDamagedAside(file: string): Promise<string> {
  await rm(file + damaged, { recursive: true, force: true });
  await rename(file, file + damaged);
  return file + damaged;
}

/** After the delivery has been acknowledged: nobody will ask for this placement again. */
export async function forgetPlacement(recordDir: string, key: string): Promise<void> {
  const file = recordPath(recordDir, key);
  await rm(file, { force: true }).catch(() => setDamagedAside(file));
}

/**
 * A record's name, also of one that was being written (`writeFileAtomic`) or was set aside: of an attempt, `<task>-<fence>`,
 * which it captures, or of a replacement, `<job>-<step>`. A person may keep other files here.
 */
const namePattern =
  /^\.?(?:([0-9A-Za-z_-]+-\d+)|[0-9A-Za-z_-]+-(?:aside|source|discard|result|home))\.json(?:\.[0-9a-f]+\.tmp|\.damaged)?$/;

/** Names that are records'. What lies behind a link may be another daemon's as well, or a person's. */
async function recordNames(recordDir: string): Promise<string[]> {
  if ((await lstat(recordDir).catch(() => undefined))?.isDirectory() !== true) return [];
  return (await readdir(recordDir).catch(() => [])).filter((name) => namePattern.test(name));
}

/**
 * Removes records of attempts that have ended, and others (of a source that was replaced, or damaged) that are older than
 * `keepDays`. To be called as `sweepAttempts` is.
 */
export async function sweepRecords(
  recordDir: string,
  isRunning: (key: string) => boolean,
  keepDays: number,
): Promise<void> {
  for (const name of await recordNames(recordDir)) {
    const file = path.join(recordDir, name);
    const key = name.endsWith(damaged) ? undefined : namePattern.exec(name)?.[1];
    const isDone =
      key === undefined ? Date.now() - (await stat(file)).mtimeMs > keepDays * 86_400_000 : !isRunning(key);
    if (isDone) await rm(file, { recursive: true, force: true });
  }
}

/**
 * Whether a recorded identity still names the file. Device numbers are given out anew at each boot, so a
 * file that is looked for at one path after a restart is recognised by its inode.
 */
export function sameInode(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  return a !== undefined && b !== undefined && a.inode === b.inode;
}
