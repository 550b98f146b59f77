import { errnoCode } from '../../files/errnoCode.ts';
import { unreadNames } from '../../files/unreadName.ts';
import { DffmpegError } from '../../protocol/errors.ts';

/** What can be the matter with a watched folder, in sentences. */

/** Of a folder that is watched: it is looked for until it is there. */
export function missingFolder(folder: string, cause: unknown): DffmpegError {
  return noFolder(folder, cause, {
    forbidden: 'Change its permissions; it is looked at again by itself.',
    missing: 'Create it, or connect its drive: it is watched again by itself.',
  });
}

/** Of a folder that was to be watched: nothing of it is kept. */
export function notActivated(folder: string, cause: unknown): DffmpegError {
  return noFolder(folder, cause, {
    forbidden: 'Change its permissions, then try again.',
    missing: cause === undefined ? 'Name a folder.' : 'Create it, then try again.',
  });
}

function noFolder(
  folder: string,
  cause: unknown,
  hints: { readonly forbidden: string; readonly missing: string },
): DffmpegError {
  const code = errnoCode(cause);
  if (code === 'EACCES' || code === 'EPERM')
    return new DffmpegError('source-unreadable', `${folder} may not be read by this user.`, {
      hint: hints.forbidden,
      cause,
    });
  return new DffmpegError(
    'source-missing',
    cause === undefined ? `${folder} is not a folder.` : `${folder} does not exist.`,
    { hint: hints.missing, cause },
  );
}

export function noWatches(): DffmpegError {
  return new DffmpegError(
    'slots-busy',
    'The system has no more watches to give, so the folder is looked at every few seconds.',
    { hint: 'On Linux raise fs.inotify.max_user_watches; elsewhere nothing needs to be done.' },
  );
}

export function networkFolder(fileSystem: string): DffmpegError {
  return new DffmpegError(
    'slots-busy',
    `The folder lies on a network file system (${fileSystem}), which does not tell of changes: it is looked at every few seconds.`,
    { hint: 'How often is said by watchPollSeconds.' },
  );
}

export function unreadFolder(folder: string, cause: unknown): DffmpegError {
  return new DffmpegError(
    'source-unreadable',
    `${folder} cannot be read (${errnoCode(cause) ?? 'unknown error'}): its files are not seen.`,
    { hint: 'Change its permissions, or leave it out with “exclude”.', cause },
  );
}

/** A watched folder goes on with all others in it. */
export function unreadableNames({ folder, count }: { folder: string; count: number }): DffmpegError {
  return new DffmpegError('source-unreadable', `${folder}: ${unreadNames(count)}`, {
    hint: 'Renamed, it is taken as a new file.',
  });
}

/** Whether it is the file that is the matter, not the queue. */
export function isOut(thrown: unknown): boolean {
  return errnoCode(thrown) !== undefined && !(thrown instanceof DffmpegError);
}

const refusals = new Set<DffmpegError['code']>(['conflict', 'request-invalid']);

/** Whether no job is made of this file now, while others are taken. */
export function isRefused(thrown: unknown): thrown is DffmpegError {
  return thrown instanceof DffmpegError && (refusals.has(thrown.code) || thrown.class === 'source');
}

export function unreadFile(file: string, cause: unknown): DffmpegError {
  return new DffmpegError(
    'source-unreadable',
    `${file} cannot be read (${errnoCode(cause) ?? 'unknown error'}).`,
    { hint: 'Change its permissions: it is tried again with the next look at the folder.', cause },
  );
}
