import { copyFile, link, lstat, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import type { FileIdentity } from '../protocol/workerContract.ts';
import { writeFileAtomic } from './atomicWrite.ts';
import { errnoCode } from './errnoCode.ts';
import { syncFolder } from './syncFolder.ts';

/** What placing asks of the file system, one call a step, so that a test can stop it between any two. */
export interface PlacingFs {
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Removes what may not be there. */
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Copies the bytes, over whatever `to` was. */
  copy(from: string, to: string): Promise<void>;
  /** Creates an empty file, failing with EEXIST when the name is taken, also by a dangling link. */
  createExclusive(path: string): Promise<void>;
  /** Of what has this very name, links not followed; `undefined` when there is nothing. */
  identity(path: string): Promise<FileIdentity | undefined>;
  bytes(path: string): Promise<number>;
  syncFile(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  readText(path: string): Promise<string | undefined>;
  writeText(path: string, text: string): Promise<void>;
}

export const placingFs: PlacingFs = {
  link,
  unlink,
  remove: (path) => rm(path, { force: true }),
  rename,
  copy: (from, to) => copyFile(from, to),
  createExclusive: async (path) => (await open(path, 'wx')).close(),
  async identity(path) {
    const stats = await orUndefined(lstat(path, { bigint: true }));
    return stats && { device: String(stats.dev), inode: String(stats.ino) };
  },
  bytes: async (path) => (await lstat(path)).size,
  async syncFile(path) {
    const handle = await open(path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  syncFolder,
  readText: (path) => orUndefined(readFile(path, 'utf8')),
  writeText: (path, text) => writeFileAtomic(path, text),
};

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    const code = errnoCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
