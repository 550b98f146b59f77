import { readdir, realpath, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { FolderMark } from '../protocol/fileState.ts';

/** Links are followed. Throws the `errno` error of a folder that is not there. */
export async function folderMark(folder: string): Promise<FolderMark> {
  const [{ dev, ino }, { type, blocks }] = await Promise.all([
    stat(folder, { bigint: true }),
    statfs(folder, { bigint: true }),
  ]);
  const [made, volume] = await Promise.all([
    madeAt(folder, { dev, type }).catch(() => undefined),
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

/**
 * File systems that keep when their root folder was made, by Linux’s number, with the numbers that this folder may have: what is
 * mounted of a part of one has another, and may be made anew. exFAT makes the time up at each mount, Samba after each change.
 */
const keepsBirth: ReadonlyMap<bigint, readonly bigint[]> = new Map([
  [/* ext2 to ext4 */ 0xef53n, [2n]],
  [/* btrfs */ 0x9123683en, [256n]],
  [/* f2fs */ 0xf2f52010n, [3n]],
  [/* ntfs3 */ 0x7366746en, [5n]],
  [/* xfs, by the size of its parts */ 0x58465342n, [32n, 64n, 96n, 128n, 256n, 512n, 1024n, 2048n]],
]);

/** Of APFS and HFS+ on macOS. */
const appleRoot = 2n;

/** When the root folder of its file system was made: no one else makes that anew. Undefined where that is not told, or not kept. */
async function madeAt(
  folder: string,
  { dev, type }: { readonly dev: bigint; readonly type: bigint },
): Promise<bigint | undefined> {
  // On Windows the number of a disk is its own.
  if (process.platform === 'win32' || !(await tellsBirth())) return undefined;
  let root = await realpath(folder);
  for (let above = path.dirname(root); above !== root; above = path.dirname(root)) {
    if ((await stat(above, { bigint: true })).dev !== dev) break;
    root = above;
  }
  const { birthtimeNs, ino } = await stat(root, { bigint: true });
  const isRoot = process.platform === 'linux' ? keepsBirth.get(type)?.includes(ino) : ino === appleRoot;
  return isRoot === true && birthtimeNs > 0n ? birthtimeNs : undefined;
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
