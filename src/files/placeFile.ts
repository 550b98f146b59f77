import path from 'node:path';
import type { FileIdentity } from '../protocol/fileState.ts';
import { errnoCode } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { keyOf, notVerified, type Placement } from './placement.ts';
import type { PlacingFs } from './placingFs.ts';
import { removeName } from './removeName.ts';
import { isReservation, placeByReservation, placeCopied, type Placed } from './reservedName.ts';

/** Answers of file systems that have no hard links; EISDIR is how libuv says it for FAT on Windows. */
const noHardLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EMLINK', 'EACCES']);

/** A file gets its name by a link, which fails where the name is in use. */
export async function placeFile(
  placement: Placement & { identity: FileIdentity },
  fs: PlacingFs,
): Promise<Placed> {
  const { staged, identity } = placement;
  const linked = await tryLink(placement, fs, staged, identity);
  if (linked === 'other-device') return placeCopy(placement, fs);
  return {
    outcome: linked === 'no-hard-links' ? await placeByRename(placement, fs, staged, undefined) : linked,
  };
}

async function tryLink(
  placement: Placement,
  fs: PlacingFs,
  from: string,
  identity: FileIdentity,
): Promise<'placed' | 'taken' | 'other-device' | 'no-hard-links'> {
  const { path: target } = placement;
  const bytes = await fs.bytes(from);
  try {
    await fs.link(from, target);
  } catch (error) {
    const code = errnoCode(error);
    // A network file system that repeats a lost request says EEXIST, or anything else, of its own link.
    const final = await fs.identity(target).catch(() => undefined);
    if (!final || !sameFile(final, identity)) {
      if (code === 'EXDEV') return 'other-device';
      if (code === 'EEXIST') return 'taken';
      if (code !== undefined && noHardLinks.has(code)) return 'no-hard-links';
      throw error;
    }
  }
  await requireLinked(placement, fs, from, bytes);
  await fs.syncFolder(path.dirname(target));
  return 'placed';
}

/**
 * Between the look and the link another program, such as a second daemon, may have put a file of its own there: that has
 * the name now, and loses it again. By its size: numbers are given out again, and some file systems give each name its own.
 */
async function requireLinked(
  placement: Placement,
  fs: PlacingFs,
  from: string,
  bytes: number,
): Promise<void> {
  const { path: target } = placement;
  const [there, other] = [await fs.identity(target), await fs.identity(from)];
  // Else somebody has saved over it since, as they may.
  if (!there || !other || !sameFile(there, other) || (await fs.bytes(target)) === bytes) return;
  await removeName(fs, target, there, keyOf(placement));
  throw notVerified(from);
}

/** Across file systems: a complete copy beside the target first, then as if it had been staged there. */
async function placeCopy(placement: Placement, fs: PlacingFs): Promise<Placed> {
  const { path: target } = placement;
  if (await fs.identity(target)) return { outcome: 'taken' };
  return placeCopied(placement, fs, async (copied, copy) => {
    const linked = await tryLink(placement, fs, copied, copy);
    if (linked === 'placed' || linked === 'taken') return { outcome: linked, used: false };
    const outcome = await placeByRename(placement, fs, copied, copy);
    return { outcome, used: outcome === 'placed' };
  });
}

/** Without hard links: an empty file reserves the name, and is renamed over only while it is still ours. */
async function placeByRename(
  placement: Placement,
  fs: PlacingFs,
  from: string,
  copy: FileIdentity | undefined,
): Promise<'placed' | 'taken'> {
  const moved = await placeByReservation(placement, fs, {
    ...{ from, copy },
    create: (target) => fs.createExclusive(target),
    fill: (staged, target) => fs.rename(staged, target),
    failed: async (target, placeholder, error) => {
      if (await isReservation(fs, target, placeholder)) await fs.remove(target).catch(() => undefined);
      throw error;
    },
  });
  return moved === 'placed' ? moved : 'taken';
}
