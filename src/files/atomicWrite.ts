import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoCode } from './errnoCode.ts';
import { syncFolder } from './syncFolder.ts';

/**
 * Writes a file so that a reader sees the old content or the new, whole, also after a power cut.
 * `mode` is the file's permissions (default 0o644; 0o600 for what holds a key), never wider than asked
 * for, not even for a moment.
 */
export async function writeFileAtomic(
  file: string,
  data: string | Uint8Array,
  options: { mode?: number } = {},
): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', options.mode ?? 0o644);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameOver(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** On Windows a scanner or reader that has the target open makes the rename fail for a moment. */
export async function renameOver(from: string, to: string): Promise<void> {
  const transient = new Set(['EPERM', 'EACCES', 'EBUSY']);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (process.platform !== 'win32' || attempt >= 10 || !transient.has(errnoCode(error) ?? ''))
        throw error;
      await delay(20 * attempt);
    }
  }
}
