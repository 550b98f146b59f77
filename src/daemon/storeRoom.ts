import { freeBytes } from '../files/freeSpace.ts';
import { DffmpegError } from '../protocol/errors.ts';

/**
 * Says why no new job is taken, before the disk of the queue is really full: what is left is for the jobs that run, whose
 * ends have to be written. A file system that does not tell is believed to have room.
 */
export async function storeRoom(stateDir: string, megabytes: number): Promise<DffmpegError | undefined> {
  const left = await freeBytes(stateDir).catch(() => Infinity);
  if (left >= megabytes * 1e6) return undefined;
  return new DffmpegError(
    'store-unavailable',
    `The disk of the queue (${stateDir}) has ${Math.floor(left / 1e6)} MB left; new jobs are taken when there are ${megabytes} MB.`,
    { hint: 'Free some space there and submit it again. Jobs that are in the queue go on.' },
  );
}
