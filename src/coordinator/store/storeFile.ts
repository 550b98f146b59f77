import { statSync } from 'node:fs';
import { DffmpegError } from '../../protocol/errors.ts';

/** Which file the database is, links followed. */
export interface StoreFileIdentity {
  readonly device: string;
  readonly inode: string;
  /** When it was made, since the number of a file that was deleted is given out again; empty where that is not told. */
  readonly made: string;
}

/** Undefined where there is none, as for a database in memory. */
export function storeFileIdentity(file: string): StoreFileIdentity | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (!found) return undefined;
  const { dev, ino, birthtimeNs, ctimeNs } = found;
  // A system that does not know it says 0, or the time of the last change.
  const isTold = birthtimeNs > 0n && birthtimeNs !== ctimeNs;
  return { device: String(dev), inode: String(ino), made: isTold ? String(birthtimeNs) : '' };
}

/** Throws where a database that is opened again is not the one that this daemon had: a new one would be made, or another taken for it. */
export function requireStoreFile(file: string, opened: StoreFileIdentity): void {
  const now = storeFileIdentity(file);
  if (now && isSame(now, opened)) return;
  throw new DffmpegError(
    'store-unavailable',
    `${file} was ${now ? 'replaced' : 'deleted or moved'} under the daemon: it takes nothing more.`,
    { hint: 'Put it back, or end this daemon to go on with what lies there: dffmpeg stop --now' },
  );
}

function isSame(a: StoreFileIdentity, b: StoreFileIdentity): boolean {
  const sameTime = a.made === '' || b.made === '' || a.made === b.made;
  return a.device === b.device && a.inode === b.inode && sameTime;
}
