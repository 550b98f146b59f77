import { statfs } from 'node:fs/promises';
import { DffmpegError, type ErrorCode } from '../protocol/errors.ts';

/** Bytes that this user may still write in `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder, { bigint: true });
  return Number(bavail * bsize);
}

/**
 * Throws `code` when `folder` has not room for `bytes`. A file system that does not tell is believed to have:
 * the encode itself will find out.
 */
export async function requireSpace(
  folder: string,
  bytes: number,
  code: Extract<ErrorCode, 'destination-full' | 'scratch-full'>,
): Promise<void> {
  const free = await freeBytes(folder).catch(() => Infinity);
  if (free >= bytes) return;
  throw new DffmpegError(
    code,
    `The result needs about ${megabytes(bytes)} and ${folder} has ${megabytes(free)} left.`,
    { hint: 'Free some space there, or choose another folder for the result, and retry the job.' },
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
