import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import { errnoCode, isDiskAway } from './errnoCode.ts';
import { nameTooLong } from './resultName.ts';

/** Like a full disk in all but its words: what helps is another. */
export function quotaUsedUp(folder: string, cause?: unknown): DffmpegError {
  return new DffmpegError('destination-full', `The quota of ${folder} is used up.`, {
    hint: 'Free some of what you have there, ask for a larger quota, or choose another folder for the result.',
    cause,
  });
}

/** The name that was to be given, from what the system said of it. */
function nameIn(error: unknown): string {
  const { dest, path: file } = error as { dest?: unknown; path?: unknown };
  return path.basename(typeof dest === 'string' ? dest : typeof file === 'string' ? file : '');
}

/** Of a mount point, and on Windows of what another program has open. */
function inUse(folder: string, cause: unknown): DffmpegError {
  const { path: file } = cause as { path?: unknown };
  const what = typeof file === 'string' ? file : folder;
  return new DffmpegError('destination-unwritable', `${what} is in use: it can be given no other name now.`, {
    hint: 'Something is mounted there, or another program has it open: unmount or close that, then try again.',
    cause,
  });
}

/** Like one that is missing, and waited for like it. */
function diskAway(folder: string, cause: unknown): DffmpegError {
  const code = errnoCode(cause) ?? '';
  return new DffmpegError(
    'destination-away',
    `The disk or network drive of ${folder} does not answer (${code}).`,
    {
      hint: 'Connect it again, or choose another folder for the result. It goes on by itself when it is back.',
      cause,
    },
  );
}

/** What the system said about writing into `folder`, as one of the `destination-…` errors where it is one. */
export function toDestinationError(error: unknown, folder: string): unknown {
  if (error instanceof DffmpegError) return error;
  if (isDiskAway(error)) return diskAway(folder, error);
  switch (errnoCode(error) ?? '') {
    case 'EDQUOT':
      return quotaUsedUp(folder, error);
    case 'ENOSPC':
      return new DffmpegError('destination-full', `There is no space left in ${folder}.`, {
        hint: 'Free some space there, or choose another folder, and retry the job.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new DffmpegError('destination-unwritable', `The folder ${folder} cannot be written to.`, {
        hint: 'Choose another folder for the result, or change the permissions of this one.',
        cause: error,
      });
    case 'EBUSY':
      return inUse(folder, error);
    case 'ENOENT':
    case 'ENOTDIR':
      return new DffmpegError('destination-missing', `The folder ${folder} does not exist.`, {
        hint: 'Create the folder, or choose another one for the result.',
        cause: error,
      });
    // What is ours in other people's folders has short names: it is the result's.
    case 'ENAMETOOLONG':
      return nameTooLong(nameIn(error), error);
    default:
      return error;
  }
}
