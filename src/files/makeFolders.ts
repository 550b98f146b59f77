import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoCode } from './errnoCode.ts';

/**
 * Makes a folder with those above it that are missing. Throws what the system said: on a read-only disk Node's own
 * recursive `mkdir` says that the folder does not exist.
 */
export async function makeFolders(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const parent = path.dirname(folder);
    if (errnoCode(error) !== 'ENOENT' || parent === folder) throw error;
    await makeFolders(parent);
    await makeOne(folder);
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    // A read-only disk may say so first, though the folder is there.
    const there = await stat(folder).catch(() => undefined);
    if (there?.isDirectory() !== true) throw error;
  }
}
