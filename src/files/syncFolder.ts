import { open } from 'node:fs/promises';
import { errnoCode } from './errnoCode.ts';

/** With these the system says that what was written is lost, not that it does not sync folders. */
const lost = new Set(['EIO', 'ENOSPC', 'EDQUOT']);

/**
 * Makes a new or removed name in the folder survive a power cut. Windows cannot open folders and some network
 * file systems refuse; the name is then as safe as that system makes it. Throws where the disk has not kept it.
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
  } catch (error) {
    if (lost.has(errnoCode(error) ?? '')) throw error;
  }
}
