import { stat } from 'node:fs/promises';
import type { FileIdentity } from '../protocol/fileState.ts';
import { errnoCode } from './errnoCode.ts';

/** Device and inode of what `path` leads to, links followed. Bigint, since inodes exceed 2^53 on Windows. */
export async function identityOf(path: string): Promise<FileIdentity> {
  const { dev, ino } = await stat(path, { bigint: true });
  return { device: String(dev), inode: String(ino) };
}

/** The same; undefined where there is nothing. */
export async function identityIfThere(path: string): Promise<FileIdentity | undefined> {
  try {
    return await identityOf(path);
  } catch (error) {
    if (errnoCode(error) === 'ENOENT' || errnoCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

export function sameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.device === b.device && a.inode === b.inode;
}
