import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import type { IdentityKeys } from '../../coordinator/store/watchRecords.ts';
import { errnoCode } from '../../files/errnoCode.ts';
import type { FileLook } from './settlingFiles.ts';

/** A regular file as it is now; undefined where there is none, or something else. */
export async function lookAt(file: string): Promise<FileLook | undefined> {
  try {
    const stats = await lstat(file, { bigint: true });
    if (!stats.isFile()) return undefined;
    return { bytes: Number(stats.size), modified: stats.mtimeNs, inode: stats.ino };
  } catch (error) {
    const code = errnoCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * What tells a file again without reading it. Size and time of the last change go with the inode, so that a renamed
 * file is known, and with the path, where inodes do not last. Devices are left out: their numbers are given anew at
 * each start of the machine.
 */
export function identityKeys(file: string, { bytes, modified, inode }: FileLook): IdentityKeys {
  return {
    inodeKey: `${bytes}-${modified}-${inode}`,
    pathKey: createHash('sha256').update(`${bytes}-${modified}-${file}`).digest('hex'),
  };
}
