import { LowWater } from '../files/lowWater.ts';
import { DffmpegError } from '../protocol/errors.ts';

/** Disks do not fill up within a moment, and many jobs may come at once. */
const everyMs = 1000;

/**
 * Says why no new job is taken, before the disk of the queue is really full: what is left is for the jobs that run, whose
 * ends have to be written.
 */
export function storeRoom(
  stateDir: string,
  megabytes: () => number,
): () => Promise<DffmpegError | undefined> {
  const disk = new LowWater({ folder: stateDir, megabytes, everyMs, now: () => performance.now() });
  return async () => {
    const left = await disk.below();
    if (left === undefined) return undefined;
    return new DffmpegError(
      'store-unavailable',
      `The disk of the queue (${stateDir}) has ${Math.floor(left / 1e6)} MB left; new jobs are taken when there are ${megabytes()} MB.`,
      { hint: 'Free some space there and submit it again. Jobs that are in the queue go on.' },
    );
  };
}
