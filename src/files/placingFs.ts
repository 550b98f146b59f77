import { constants } from 'node:fs';
import {
  copyFile,
  cp,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import path from 'node:path';
import type { FileIdentity } from '../protocol/fileState.ts';
import { renameOver, writeFileAtomic } from './atomicWrite.ts';
import { briefKey } from './contentKey.ts';
import { errnoCode } from './errnoCode.ts';
import { keepAccess } from './keepAccess.ts';
import { keepAttributes } from './keepAttributes.ts';
import { openForWriting } from './openForWriting.ts';
import { sameContent } from './sameContent.ts';
import { syncFolder } from './syncFolder.ts';

/**
 * What placing asks of the file system, one call a step, so that a test can stop it between any two. A `result` is
 * a file or a folder with all that is in it.
 */
export interface PlacingFs {
  link(from: string, to: string): Promise<void>;
  /** Removes a file that may not be there. */
  remove(file: string): Promise<void>;
  /** Removes a result that may not be there. */
  removeResult(result: string): Promise<void>;
  /** Fails unless the folder is empty. */
  removeFolder(folder: string): Promise<void>;
  /** A file over a file. A folder over an empty one, where the system does that, else over nothing. */
  rename(from: string, to: string): Promise<void>;
  replacesEmptyFolders(): Promise<boolean>;
  /** Copies a result to a name that is not in use. */
  copy(from: string, to: string): Promise<void>;
  /** The second gets what the first has beside its content, where the system can. */
  keepAttributes(from: string, to: string): Promise<void>;
  /** Creates an empty file, failing with EEXIST when the name is taken, also by a dangling link. */
  createExclusive(file: string): Promise<void>;
  /** Creates an empty folder, failing with EEXIST as above. */
  createFolder(folder: string): Promise<void>;
  /** Of what has this very name, links not followed; `undefined` when there is nothing. */
  identity(file: string): Promise<FileIdentity | undefined>;
  /** Of what has this very name: a link to a folder is none. */
  isFolder(file: string): Promise<boolean>;
  /** Whether it leads to a folder. */
  leadsToFolder(file: string): Promise<boolean>;
  /** A file without content, or a folder without entries. */
  isEmpty(result: string): Promise<boolean>;
  /** Of what lies in a folder, as the system lists them. */
  names(folder: string): Promise<string[]>;
  /** Of all files together. */
  bytes(result: string): Promise<number>;
  /** Whether two results hold the same, byte for byte. */
  sameContent(one: string, other: string): Promise<boolean>;
  /** What names a file by its content, see `briefKey`. */
  content(file: string): Promise<string>;
  /** When it was written to last, nanoseconds since the epoch; undefined where there is nothing. */
  modified(file: string): Promise<string | undefined>;
  /** Another one after anybody wrote to the file; undefined for a folder, or where there is nothing. */
  stamp(file: string): Promise<string | undefined>;
  /** Whether a program has the file open for writing, where the system tells. */
  isWrittenTo(file: string): Promise<boolean>;
  syncResult(result: string): Promise<void>;
  syncFolder(file: string): Promise<void>;
  readText(file: string): Promise<string | undefined>;
  /** Whole or not at all, with the folders above it. */
  writeText(file: string, text: string): Promise<void>;
}

export const placingFs: PlacingFs = {
  link,
  remove: (file) => rm(file, { force: true }),
  removeResult: (result) => rm(result, { recursive: true, force: true }),
  removeFolder: rmdir,
  rename: renameOver,
  replacesEmptyFolders: () => Promise.resolve(process.platform !== 'win32'),
  async copy(from, to) {
    if (await placingFs.isFolder(from))
      await cp(from, to, { recursive: true, force: false, errorOnExist: true });
    else await copyFile(from, to, constants.COPYFILE_EXCL);
    await keepAccess([from], to);
  },
  keepAttributes,
  createExclusive: async (file) => (await open(file, 'wx')).close(),
  createFolder: async (folder) => {
    await mkdir(folder);
  },
  async identity(file) {
    const stats = await orUndefined(lstat(file, { bigint: true }));
    return stats && { device: String(stats.dev), inode: String(stats.ino) };
  },
  isFolder: async (file) => (await orUndefined(lstat(file)))?.isDirectory() ?? false,
  leadsToFolder: async (file) => (await orUndefined(stat(file)))?.isDirectory() ?? false,
  isEmpty: async (result) =>
    (await placingFs.isFolder(result))
      ? (await readdir(result)).length === 0
      : (await lstat(result)).size === 0,
  names: (folder) => readdir(folder),
  async bytes(result) {
    const sizes = await Promise.all((await filesOf(result)).map((file) => lstat(file)));
    return sizes.reduce((total, { size }) => total + size, 0);
  },
  sameContent,
  content: (file) => briefKey(file),
  async modified(file) {
    const stats = await orUndefined(lstat(file, { bigint: true }));
    return stats && String(stats.mtimeNs);
  },
  async stamp(file) {
    const stats = await orUndefined(lstat(file, { bigint: true }));
    return stats?.isFile() === true ? [stats.size, stats.mtimeNs, stats.ctimeNs].join() : undefined;
  },
  async isWrittenTo(file) {
    // The system names what is open without the links on the way.
    const folder = await orUndefined(realpath(path.dirname(file)));
    if (folder === undefined) return false;
    return (await openForWriting([path.join(folder, path.basename(file))])).size > 0;
  },
  async syncResult(result) {
    for (const file of await filesOf(result)) await syncFile(file);
    for (const folder of await foldersOf(result)) await syncFolder(folder);
  },
  syncFolder,
  readText: (file) => orUndefined(readFile(file, 'utf8')),
  async writeText(file, text) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
  },
};

/** The file itself, or those in the folder and below. */
async function filesOf(result: string): Promise<string[]> {
  if (!(await placingFs.isFolder(result))) return [result];
  const entries = await readdir(result, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

async function foldersOf(result: string): Promise<string[]> {
  if (!(await placingFs.isFolder(result))) return [];
  const entries = await readdir(result, { recursive: true, withFileTypes: true });
  const inside = entries.filter((entry) => entry.isDirectory());
  return [result, ...inside.map((entry) => path.join(entry.parentPath, entry.name))];
}

async function syncFile(file: string): Promise<void> {
  // Windows syncs only what may be written; a person's own file may be read-only.
  const handle = await open(file, 'r+').catch(() => open(file, 'r'));
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    const code = errnoCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
