import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import { errnoCode } from './errnoCode.ts';

/** No file system in use has names of more units of UTF-16; most count bytes, and some have shorter names only. */
export const longestName = 255;

/**
 * Asks the file system itself whether it can have a file of this name, so that nothing is encoded in vain. Throws
 * `request-invalid` where it cannot.
 */
export async function requireNameFits(file: string): Promise<void> {
  try {
    await lstat(file);
  } catch (error) {
    // Whatever else it says is told by the trial of the folder, or when the result is placed.
    if (errnoCode(error) === 'ENAMETOOLONG') throw nameTooLong(path.basename(file), error);
  }
}

export function nameTooLong(name: string, cause?: unknown): DffmpegError {
  return new DffmpegError('request-invalid', `The name of the result is too long for its disk: ${name}`, {
    hint: 'Rename the source, or give the result a shorter name with an output template (--output).',
    cause,
  });
}
