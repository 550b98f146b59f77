import { readdir, realpath, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { FolderMark } from '../protocol/fileState.ts';

/** Links are followed. Throws the `errno` error of a folder that is not there. */
export async function folderMark(folder: string): Promise<FolderMark> {
  const [{ dev, ino }, { type, blocks }] = await Promise.all([
    stat(folder, { bigint: true }),
    statfs(folder, { bigint: true }),
  ]);
  const isNew = process.platform === 'linux' && madeAtEachStart.has(type);
  const [made, volume] = await Promise.all([
    isNew ? undefined : madeAt(folder, dev).catch(() => undefined),
    volumeOf(dev),
  ]);
  return {
    ...{ device: String(dev), inode: String(ino), kind: String(type), blocks: String(blocks) },
    ...(made !== undefined && { made: String(made) }),
    ...(volume !== undefined && { volume }),
  };
}

/**
 * Whether a folder is on another disk than it was, most likely, as where its own is not mounted any more and what is seen is what was under
 * it. A disk may have another number once it was mounted anew, and its folders as well (exFAT, network drives), and two of one make
 * may have the same: its UUID and when it was made it keeps, or else its kind and size.
 */
export function isOnAnotherDisk(before: FolderMark, now: FolderMark): boolean {
  if (before.volume !== undefined && now.volume !== undefined) return before.volume !== now.volume;
  if (before.made !== undefined && now.made !== undefined) return before.made !== now.made;
  if (before.device === now.device) return false;
  if (before.kind !== now.kind) return true;
  return before.inode !== now.inode && before.blocks !== now.blocks;
}

/** By Linux's number: what is made anew at each start, and is the same to whoever writes there. */
const madeAtEachStart = new Set([
  /* tmpfs */ 0x01021994n,
  /* ramfs */ 0x858458f6n,
  /* overlayfs */ 0x794c7630n,
]);

/** When the root folder of its file system was made: no one else makes that anew. Undefined where that is not told. */
async function madeAt(folder: string, device: bigint): Promise<bigint | undefined> {
  if (!(await tellsBirth())) return undefined;
  let root = await realpath(folder);
  for (let above = path.dirname(root); above !== root; above = path.dirname(root)) {
    if ((await stat(above, { bigint: true })).dev !== device) break;
    root = above;
  }
  const { birthtimeNs } = await stat(root, { bigint: true });
  return birthtimeNs > 0n ? birthtimeNs : undefined;
}

/** Where Linux may not tell it (a sandbox without `statx`), Node gives the time of the last change, even of what has no such time. */
async function tellsBirth(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return (await stat('/proc', { bigint: true })).birthtimeNs === 0n;
}

/** Linux with udev: a link of that name to each disk. On Windows the number of a disk is that already. */
const volumes = '/dev/disk/by-uuid';

async function volumeOf(device: bigint): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  for (const name of await readdir(volumes).catch(() => [])) {
    const disk = await stat(path.join(volumes, name), { bigint: true }).catch(() => undefined);
    if (disk?.isBlockDevice() === true && disk.rdev === device) return name;
  }
  return undefined;
}
