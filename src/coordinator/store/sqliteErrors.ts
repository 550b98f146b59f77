import { DffmpegError } from '../../protocol/errors.ts';

/**
 * SQLite's primary result codes (https://www.sqlite.org/rescode.html) that a person can do something about; the
 * low byte of the extended code that `node:sqlite` gives as `errcode`.
 */
const sentences: Readonly<Record<number, readonly [message: string, hint: string]>> = {
  5: [
    'The queue’s database is locked by another program.',
    'Close what has store.sqlite open, and try again.',
  ],
  8: ['The queue’s database cannot be written.', 'Check the permissions of the state folder.'],
  10: ['The disk that holds the queue reports an error.', 'Check that disk, then restart the daemon.'],
  11: [
    'The queue’s database is damaged.',
    'Move store.sqlite out of the state folder and restart the daemon; it begins a new queue.',
  ],
  13: ['The disk that holds the queue is full.', 'Free some space on the disk of the state folder.'],
  14: ['The queue’s database cannot be opened.', 'Check that the state folder exists and can be written.'],
  26: [
    'The file store.sqlite is no database.',
    'Move it out of the state folder and restart the daemon; it begins a new queue.',
  ],
};
const constraint = 19;

/** Errors of `node:sqlite` as the project's own; everything else is returned as it is. */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const primary = error.errcode & 0xff;
  if (primary === constraint)
    return new DffmpegError('conflict', 'Something with this key is stored already.', { cause: error });
  const known = sentences[primary];
  if (!known) return new DffmpegError('internal', `The store failed: ${error.message}`, { cause: error });
  return new DffmpegError('store-unavailable', known[0], { hint: known[1], cause: error });
}
