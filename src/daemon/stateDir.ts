import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { networkFileSystemOf } from '../client/networkFileSystem.ts';
import { requireStateFolder } from '../client/requireStateFolder.ts';
import { DffmpegError } from '../protocol/errors.ts';

/** Makes the state folder, closes it to other accounts, and refuses one that the queue cannot live in, or that is somebody else’s. */
export async function prepareStateDir(stateDir: string): Promise<void> {
  await requireStateFolder(stateDir);
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await closeToOthers(stateDir);
  } catch (error) {
    throw new DffmpegError('daemon-unavailable', `The state folder ${stateDir} cannot be used.`, {
      hint: 'Make the folder yours, or choose another with --state-dir.',
      cause: error,
    });
  }
  const network = await networkFileSystemOf(await realpath(stateDir));
  if (network !== undefined)
    throw new DffmpegError(
      'daemon-unavailable',
      `The state folder ${stateDir} lies on a network file system (${network}), whose locks the queue cannot trust.`,
      { hint: 'Choose a folder on a local disk with --state-dir or DFFMPEG_STATE_DIR.' },
    );
}

async function closeToOthers(stateDir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode, uid } = await stat(stateDir);
  if (uid === process.getuid?.() && (mode & 0o077) !== 0) await chmod(stateDir, 0o700);
}
