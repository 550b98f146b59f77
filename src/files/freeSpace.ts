import { statfs } from 'node:fs/promises';

/** Of the file system that `folder` is on: bytes that this user may still write, and all that it holds. */
export async function spaceOf(folder: string): Promise<{ free: number; total: number }> {
  const { bavail, blocks, bsize } = await statfs(folder, { bigint: true });
  return { free: Number(bavail * bsize), total: Number(blocks * bsize) };
}

/** Bytes that this user may still write in `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  return (await spaceOf(folder)).free;
}
