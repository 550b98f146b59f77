import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { keepAccess } from './keepAccess.ts';

const run = promisify(execFile);

/** It copies no content: only a file system that does not answer takes long. */
const patienceMs = 10_000;

/**
 * What takes the place of a person's file gets what that has beside its content: its time, on Linux also its extended
 * attributes, its access list and its mode, if the system's `cp` is GNU's. Never rejects: file systems without them refuse it.
 */
export async function keepAttributes(from: string, to: string): Promise<void> {
  try {
    const original = await openItself(from);
    try {
      const made = await openItself(to);
      try {
        // A second name of it is somebody else's file, too.
        if ((await made.stat()).nlink === 1) await copyAttributes(original, made);
      } finally {
        await made.close();
      }
    } finally {
      await original.close();
    }
    await keepAccess([from], to);
  } catch {
    // It has its place all the same.
  }
}

async function copyAttributes(from: FileHandle, to: FileHandle): Promise<void> {
  const { atime, mtime } = await from.stat();
  await to.utimes(atime, mtime);
  if (process.platform !== 'linux') return;
  const what = ['--attributes-only', '--preserve=mode,timestamps,xattr'];
  await run('cp', [...what, '--', pathOf(from), pathOf(to)], { timeout: patienceMs });
}

/** Of a folder that others may write to a name may have become a link to anything. */
function openItself(file: string): Promise<FileHandle> {
  return open(file, constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0));
}

/** Leads another process to what is open here, whatever has its name by now. */
function pathOf(handle: FileHandle): string {
  return `/proc/${process.pid}/fd/${handle.fd}`;
}
