import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';

/** What stands in an argument, and in the name of the current folder, for bytes that are no text: which they were nobody can tell any more. */
const unreadable = '\uFFFD';

/**
 * A path as it was typed, from the current folder on. Throws `request-invalid` where its bytes are not known: another file, or another
 * folder, may have the very name that is read in their place.
 */
export function typedPath(cwd: string, typed: string): string {
  requireText(cwd, typed);
  return path.resolve(cwd, typed);
}

/** The same check, of what is not resolved as it is. */
export function requireText(cwd: string, typed: string): void {
  if (typed.includes(unreadable)) throw notText(`The name “${typed}” is not valid UTF-8.`);
  if (!path.isAbsolute(typed) && cwd.includes(unreadable))
    throw notText(`The name of the current folder, ${cwd}, is not valid UTF-8.`);
}

function notText(message: string): DffmpegError {
  return new DffmpegError('request-invalid', message, {
    hint: 'Rename the file, or the folder that it is in. Nothing was begun.',
  });
}
