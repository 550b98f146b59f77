import { stat, statfs } from 'node:fs/promises';
import type { FolderMark } from '../protocol/fileState.ts';

/** Links are followed. Throws the `errno` error of a folder that is not there. */
export async function folderMark(folder: string): Promise<FolderMark> {
  const [{ dev, ino }, { type, blocks }] = await Promise.all([
    stat(folder, { bigint: true }),
    statfs(folder, { bigint: true }),
  ]);
  return { device: String(dev), inode: String(ino), kind: String(type), blocks: String(blocks) };
}

/**
 * Whether a folder is on another disk than it was, most likely, as where its own is not mounted any more and what is seen is what was under
 * it. A disk may have another number once it was mounted anew, and its folders as well (exFAT, network drives); its kind and size
 * it keeps.
 */
export function isOnAnotherDisk(before: FolderMark, now: FolderMark): boolean {
  if (before.device === now.device) return false;
  if (before.kind !== now.kind) return true;
  return before.inode !== now.inode && before.blocks !== now.blocks;
}
