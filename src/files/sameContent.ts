import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

const blockBytes = 1024 * 1024;

/** Whether two files, or all files in two folders, hold the same. Links are not followed: where there is one it is false. */
export async function sameContent(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([lstat(one), lstat(other)]);
  if (a.isFile() && b.isFile()) return a.size === b.size && sameBytes(one, other, a.size);
  if (!a.isDirectory() || !b.isDirectory()) return false;
  const [names, others] = await Promise.all([readdir(one), readdir(other)]);
  if (names.sort().join('\0') !== others.sort().join('\0')) return false;
  for (const name of names)
    if (!(await sameContent(path.join(one, name), path.join(other, name)))) return false;
  return true;
}

async function sameBytes(one: string, other: string, size: number): Promise<boolean> {
  const [a, b] = [Buffer.allocUnsafe(blockBytes), Buffer.allocUnsafe(blockBytes)];
  const handles: FileHandle[] = [];
  try {
    for (const file of [one, other]) handles.push(await open(file, 'r'));
    for (let offset = 0; offset < size; offset += blockBytes) {
      const length = Math.min(blockBytes, size - offset);
      const read = await Promise.all(
        handles.map((handle, index) => readWhole(handle, index === 0 ? a : b, length, offset)),
      );
      if (read.includes(false) || a.compare(b, 0, length, 0, length) !== 0) return false;
    }
    return true;
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

/** Whether there was so much to be read. */
async function readWhole(handle: FileHandle, into: Buffer, length: number, offset: number): Promise<boolean> {
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(into, done, length - done, offset + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}
