import { copyFile, link, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { FileIdentity } from '../protocol/workerContract.ts';
import { writeFileAtomic } from './atomicWrite.ts';
import { errnoCode } from './errnoCode.ts';
import { syncFolder } from './syncFolder.ts';

/** What placing asks of the file system, one call a step, so that a test can stop it between any two. */
export interface PlacingFs {
  link(from: string, to: string): Promise<void>;
  /** Removes what may not be there. */
  remove(file: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Copies the bytes, over whatever `to` was. */
  copy(from: string, to: string): Promise<void>;
  /** Creates an empty file, failing with EEXIST when the name is taken, also by a dangling link. */
  createExclusive(file: string): Promise<void>;
  /** Of what has this very name, links not followed; `undefined` when there is nothing. */
  identity(file: string): Promise<FileIdentity | undefined>;
  bytes(file: string): Promise<number>;
  syncFile(file: string): Promise<void>;
  syncFolder(file: string): Promise<void>;
  readText(file: string): Promise<string | undefined>;
  /** Whole or not at all, with the folders above it. */
  writeText(file: string, text: string): Promise<void>;
}

export const placingFs: PlacingFs = {
  link,
  remove: (file) => rm(file, { force: true }),
  rename,
  copy: (from, to) => copyFile(from, to),
  createExclusive: async (file) => (await open(file, 'wx')).close(),
  async identity(file) {
    const stats = await orUndefined(lstat(file, { bigint: true }));
    return stats && { device: String(stats.dev), inode: String(stats.ino) };
  },
  bytes: async (file) => (await lstat(file)).size,
  async syncFile(file) {
    const handle = await open(file, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  syncFolder,
  readText: (file) => orUndefined(readFile(file, 'utf8')),
  async writeText(file, text) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
  },
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
