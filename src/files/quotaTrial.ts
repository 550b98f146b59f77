import { randomBytes } from 'node:crypto';
import { isDiskFull } from './errnoCode.ts';
import type { Traces } from './traces.ts';
import { withTrialFile } from './trialFile.ts';

/** Written at once. */
const blockBytes = 1 << 20;

/** Whether so many bytes can be written in `folder`: written, synced, and removed. Any trouble but a full one is no answer. */
export async function takesBytes(folder: string, bytes: number, traces: Traces): Promise<boolean> {
  try {
    await withTrialFile(folder, traces, async (file) => {
      // Of random bytes: some file systems keep nothing of nothing.
      const block = randomBytes(blockBytes);
      for (let left = bytes; left > 0; left -= block.length)
        await file.write(block, 0, Math.min(left, block.length));
      await file.sync();
    });
    return true;
  } catch (error) {
    return !isDiskFull(error);
  }
}
