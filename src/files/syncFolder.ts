import { open } from 'node:fs/promises';

/**
 * Makes a new or removed name in the folder survive a power cut. Windows cannot open folders and some network
 * file systems refuse; the name is then as safe as that system makes it.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Best effort by design: the caller's file is written and named.
  }
}
