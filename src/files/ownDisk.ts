import { DffmpegError } from '../protocol/errors.ts';
import type { FolderMark } from '../protocol/fileState.ts';
import { folderMark, isOnAnotherDisk } from './folderMark.ts';

/** That a folder is on the disk that it was on; of one that cannot be looked at nothing is said. Throws `destination-away`. */
export async function requireOwnDisk(folder: string, before: FolderMark | undefined): Promise<void> {
  if (!before) return;
  const now = await folderMark(folder).catch(() => undefined);
  if (now && isOnAnotherDisk(before, now))
    throw new DffmpegError(
      'destination-away',
      `The disk of ${folder} is not there: another one is seen in its place.`,
      {
        hint: 'Connect it again: then it goes on by itself. Where this is the right folder after all, choose it for the result (Choose Folder, or “dffmpeg job choose-folder”).',
      },
    );
}
