import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { isDiskFull } from './errnoCode.ts';
import { ownPrefix } from './staging.ts';
import type { Traces } from './traces.ts';

/** Written at once. */
const blockBytes = 1 << 20;

/** Whether so many bytes can be written in `folder`: written, synced, and removed. Any trouble but a full one is no answer. */
export async function takesBytes(folder: string, bytes: number, traces: Traces): Promise<boolean> {
  const trial = path.join(folder, `${ownPrefix}${randomBytes(6).toString('hex')}.try`);
  try {
    await traces.note(trial);
    const handle = await open(trial, 'wx');
    try {
      // Of random bytes: some file systems keep nothing of nothing.
      const block = randomBytes(blockBytes);
      for (let left = bytes; left > 0; left -= block.length)
        await handle.write(block, 0, Math.min(left, block.length));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    return !isDiskFull(error);
  } finally {
    await traces.remove(trial);
  }
}
