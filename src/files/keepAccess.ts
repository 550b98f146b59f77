import { constants, type Stats } from 'node:fs';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

type Access = Pick<Stats, 'mode' | 'uid' | 'gid'>;

/**
 * What was made of a private film is as private: `made`, a file or a folder of our own, gets owner and group of the first of
 * `from` where this process may give them, and loses what its group and others may not do with all of `from`. Nothing is
 * widened. Never rejects: file systems without owners and modes refuse it.
 */
export async function keepAccess(from: readonly string[], made: string): Promise<void> {
  const own = process.getuid?.();
  // Windows: a file inherits from its folder.
  if (own === undefined) return;
  const originals = await Promise.all(from.map(accessOf));
  await limit(made, originals, own).catch(() => undefined);
}

/** Of what cannot be asked any more, nobody but its owner may do anything. */
async function accessOf(file: string): Promise<Access | undefined> {
  return stat(file).catch(() => undefined);
}

async function limit(made: string, originals: readonly (Access | undefined)[], own: number): Promise<void> {
  // A folder that others may write to may have got a link under this name.
  const handle = await open(made, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stats = await handle.stat();
    const isFolder = stats.isDirectory();
    if (!isFolder && stats.nlink > 1) return;
    // While the folder is nobody else's to change.
    if (isFolder) for (const name of await readdir(made)) await limit(path.join(made, name), originals, own);
    // Not where a server has made somebody else of us.
    if (stats.uid === own) await giveTo(handle, stats, originals[0]);
    const { mode, gid } = await handle.stat();
    const allowed = originals.reduce((bits, original) => bits & allowedBy(original, gid), 0o077);
    const limited = mode & (0o700 | (isFolder ? searchable(allowed) : allowed));
    if (limited !== (mode & 0o777)) await handle.chmod(limited);
  } finally {
    await handle.close();
  }
}

async function giveTo(handle: FileHandle, { uid, gid }: Access, original: Access | undefined): Promise<void> {
  if (!original) return;
  // Only root may give a file away; who belongs to a group may give it to that.
  const owner = uid === 0 ? original.uid : uid;
  if (owner !== uid || original.gid !== gid) await handle.chown(owner, original.gid).catch(() => undefined);
}

/** What group and others of a file with the group `gid` may do with the original: that group may be among its others. */
function allowedBy(original: Access | undefined, gid: number): number {
  if (!original) return 0;
  const others = original.mode & 0o007;
  const group = original.mode & 0o070;
  return others | (original.gid === gid ? group : group & (others << 3));
}

/** Who may read a folder may enter it. */
function searchable(bits: number): number {
  return bits | ((bits & 0o044) >> 2);
}
