import { opendir, readFile, realpath, stat } from 'node:fs/promises';
import { DffmpegError } from '../protocol/errors.ts';
import { errnoCode } from './errnoCode.ts';

/**
 * Whether what should be mounted at `folder` is there and can be read; returns its real path. Throws `mount-unavailable`. A folder
 * may be a mount itself, lie in one, or be this machine's own that it lends to others: what tells that nothing is mounted is that
 * there is nothing in it, or that the system's own list says that something should be.
 */
export async function checkMount(folder: string): Promise<string> {
  let real: string;
  try {
    real = await realpath(folder);
    if (!(await stat(real)).isDirectory()) throw unavailable(`${folder} is not a folder.`);
    if (await isEmpty(real)) throw unavailable(`${folder} is empty: nothing seems to be mounted there.`);
  } catch (error) {
    throw toMountError(error, folder);
  }
  const missing = await missingMount(folder, real);
  if (missing !== undefined) throw unavailable(`What /etc/fstab says of ${missing} is not mounted.`);
  return real;
}

async function isEmpty(folder: string): Promise<boolean> {
  for await (const _ of await opendir(folder)) return false;
  return true;
}

/** The place of which the system's list of mounts says that this folder is in it, where nothing is mounted. */
async function missingMount(...folders: readonly string[]): Promise<string | undefined> {
  const [listed, mounted] = await Promise.all([
    mountPoints('/etc/fstab', 1),
    mountPoints('/proc/self/mountinfo', 4),
  ]);
  if (mounted.length === 0) return undefined;
  return listed.find(
    (point) =>
      point !== '/' &&
      folders.some((folder) => folder === point || folder.startsWith(`${point}/`)) &&
      !mounted.includes(point),
  );
}

/** One of them a line, in the column with that number. None where the system keeps no such list. */
async function mountPoints(list: string, column: number): Promise<string[]> {
  const text = await readFile(list, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .map((line) => unescaped(line.trim().split(/\s+/)[column] ?? ''))
    .filter((point) => point.startsWith('/'));
}

/** Both lists write blanks and the like as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function toMountError(error: unknown, folder: string): DffmpegError {
  if (error instanceof DffmpegError) return error;
  const code = errnoCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return unavailable(`${folder} is not there.`, error);
  if (code === 'EACCES' || code === 'EPERM')
    return unavailable(`${folder} may not be read by this user.`, error);
  return unavailable(`${folder} cannot be read (${code ?? 'unknown error'}).`, error);
}

export function unavailable(message: string, cause?: unknown): DffmpegError {
  return new DffmpegError('mount-unavailable', message, {
    hint: 'Until it is back, files that lie there are fetched.',
    cause,
  });
}
