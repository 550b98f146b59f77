import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/workerContract.ts';
import { errnoCode } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { recordPath, writeRecord, type PlacementRecord } from './placementRecord.ts';
import type { Placement } from './placing.ts';
import type { PlacingFs } from './placingFs.ts';
import { copyPath, stagingKey } from './staging.ts';

/** Answers of file systems that have no hard links; EISDIR is how libuv says it for FAT on Windows. */
const noHardLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EMLINK', 'EACCES']);

/** A file gets its name by a link, which fails where the name is in use. */
export async function placeFile(
  placement: Placement & { identity: FileIdentity },
  fs: PlacingFs,
): Promise<'placed' | 'taken'> {
  const { staged, path: target, identity } = placement;
  const linked = await tryLink(fs, staged, target, identity);
  if (linked === 'other-device') return placeCopy(placement, fs);
  return linked === 'no-hard-links' ? placeByRename(placement, fs, staged, undefined) : linked;
}

async function tryLink(
  fs: PlacingFs,
  from: string,
  target: string,
  identity: FileIdentity,
): Promise<'placed' | 'taken' | 'other-device' | 'no-hard-links'> {
  try {
    await fs.link(from, target);
  } catch (error) {
    const code = errnoCode(error);
    if (code === 'EXDEV') return 'other-device';
    if (code !== undefined && noHardLinks.has(code)) return 'no-hard-links';
    if (code !== 'EEXIST') throw error;
    // A network file system that repeats a lost request says EEXIST of its own link.
    const final = await fs.identity(target);
    if (!final || !sameFile(final, identity)) return 'taken';
  }
  await fs.syncFolder(path.dirname(target));
  return 'placed';
}

/** Across file systems: a complete copy beside the target first, then as if it had been staged there. */
async function placeCopy(placement: Placement, fs: PlacingFs): Promise<'placed' | 'taken'> {
  const { staged, path: target, recordDir } = placement;
  if (await fs.identity(target)) return 'taken';
  const copied = copyPath(path.dirname(target), stagingKey(staged));
  await fs.removeResult(copied);
  try {
    await fs.copy(staged, copied);
    await fs.syncResult(copied);
    const copy = await fs.identity(copied);
    if (!copy)
      throw new DffmpegError('destination-unwritable', `${copied} was removed while it was written.`);
    await writeRecord(fs, recordPath(recordDir, staged), {
      path: target,
      bytes: await fs.bytes(staged),
      copy,
    });
    const linked = await tryLink(fs, copied, target, copy);
    if (linked === 'placed' || linked === 'taken') {
      await removeQuietly(fs, copied);
      return linked;
    }
    const outcome = await placeByRename(placement, fs, copied, copy);
    if (outcome === 'taken') await removeQuietly(fs, copied);
    return outcome;
  } catch (error) {
    await removeQuietly(fs, copied);
    throw error;
  }
}

/** Without hard links: an empty file reserves the name, and is renamed over only while it is still ours. */
async function placeByRename(
  placement: Placement,
  fs: PlacingFs,
  from: string,
  copy: FileIdentity | undefined,
): Promise<'placed' | 'taken'> {
  const { path: target, recordDir, staged } = placement;
  const file = recordPath(recordDir, staged);
  if (await fs.identity(target)) return 'taken';
  const record: PlacementRecord = { path: target, bytes: await fs.bytes(from), copy };
  await writeRecord(fs, file, { ...record, placeholder: 'intended' });
  try {
    await fs.createExclusive(target);
  } catch (error) {
    await writeRecord(fs, file, record);
    if (errnoCode(error) === 'EEXIST') return 'taken';
    throw error;
  }
  const placeholder = await fs.identity(target);
  if (!placeholder) return 'taken';
  await writeRecord(fs, file, { ...record, placeholder });
  if (!(await isReservation(fs, target, placeholder))) return 'taken';
  try {
    await fs.rename(from, target);
  } catch (error) {
    if (await isReservation(fs, target, placeholder)) await removeQuietly(fs, target);
    throw error;
  }
  await fs.syncFolder(path.dirname(target));
  return 'placed';
}

async function isReservation(fs: PlacingFs, target: string, placeholder: FileIdentity): Promise<boolean> {
  const now = await fs.identity(target);
  return now !== undefined && sameFile(now, placeholder) && (await fs.isEmpty(target));
}

/** The result is placed, or another error is on its way. */
async function removeQuietly(fs: PlacingFs, file: string): Promise<void> {
  await fs.remove(file).catch(() => undefined);
}
