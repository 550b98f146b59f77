import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/workerContract.ts';
import { toDestinationError } from './destinationError.ts';
import { errnoCode } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { readRecord, recordPath, sameInode, writeRecord, type PlacementRecord } from './placementRecord.ts';
import { placingFs, type PlacingFs } from './placingFs.ts';
import { partPath, stagingKey } from './staging.ts';

export interface Placement {
  /** The complete, verified result. */
  staged: string;
  /** The granted final path. */
  path: string;
  /** The worker's own folder for placement records. */
  recordDir: string;
  fs?: PlacingFs;
}

/** Answers of file systems that have no hard links; EISDIR is how libuv says it for FAT on Windows. */
const noHardLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EMLINK', 'EACCES']);

/**
 * Gives a result its final name without replacing anything: `taken` when the name is in use. A kill between
 * any two steps leaves, after `recoverPlacement`, the whole file under that name or nothing. Throws the
 * `destination-…` errors.
 */
export async function place(placement: Placement): Promise<'placed' | 'taken'> {
  const { staged, path: target, fs = placingFs } = placement;
  try {
    const identity = await fs.identity(staged);
    if (!identity)
      throw new DffmpegError('result-damaged', `The encoded file ${staged} is gone.`, {
        hint: 'Retry the job, and see that nothing cleans that folder while an encode runs.',
      });
    await fs.syncFile(staged);
    const linked = await tryLink(fs, staged, target, identity);
    if (linked === 'placed') await removeQuietly(fs, staged);
    if (linked === 'placed' || linked === 'taken') return linked;
    const outcome =
      linked === 'other-device'
        ? await placeCopy(placement, fs)
        : await placeByRename(placement, fs, staged, undefined);
    if (outcome === 'placed') await removeQuietly(fs, staged);
    return outcome;
  } catch (error) {
    throw toDestinationError(error, path.dirname(target));
  }
}

/**
 * After a restart: brings a granted placement to its end. `placed` when the file has its name (now or
 * already), `taken` when the name belongs to somebody else, `gone` when there is no staged file to place.
 */
export async function recoverPlacement(
  placement: Placement & { identity: FileIdentity },
): Promise<'placed' | 'taken' | 'gone'> {
  const { staged, identity, path: target, fs = placingFs } = placement;
  const final = await fs.identity(target);
  const stagedNow = await fs.identity(staged);
  const part = partPath(path.dirname(target), stagingKey(staged));
  const record = await recordFor(placement, fs);

  const isOurs =
    sameInode(final, identity) ||
    sameInode(final, record?.copy) ||
    // Where inodes do not last (FAT), the rename is proved by its source being gone.
    (record?.placeholder !== undefined &&
      final !== undefined &&
      !(await fs.identity(record.copy ? part : staged)) &&
      (await fs.bytes(target)) === record.bytes);
  if (isOurs) {
    await fs.syncFolder(path.dirname(target));
    if (part !== staged) await fs.remove(part);
    await fs.remove(staged);
    return 'placed';
  }

  let free = final === undefined;
  if (final !== undefined && record?.placeholder !== undefined && (await fs.bytes(target)) === 0) {
    // The name was free when the intention was recorded: an empty file there is the reservation.
    if (record.placeholder === 'intended' || sameInode(final, record.placeholder)) {
      await fs.remove(target);
      free = true;
    }
  }
  if (!sameInode(stagedNow, identity)) return 'gone';
  return free ? place(placement) : 'taken';
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
  const part = partPath(path.dirname(target), stagingKey(staged));
  await fs.remove(part);
  try {
    await fs.copy(staged, part);
    await fs.syncFile(part);
    const copy = await fs.identity(part);
    if (!copy) throw new DffmpegError('destination-unwritable', `${part} was removed while it was written.`);
    await writeRecord(fs, recordPath(recordDir, staged), {
      path: target,
      bytes: await fs.bytes(staged),
      copy,
    });
    const linked = await tryLink(fs, part, target, copy);
    if (linked === 'placed' || linked === 'taken') {
      await removeQuietly(fs, part);
      return linked;
    }
    const outcome = await placeByRename(placement, fs, part, copy);
    if (outcome === 'taken') await removeQuietly(fs, part);
    return outcome;
  } catch (error) {
    await removeQuietly(fs, part);
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
  return now !== undefined && sameFile(now, placeholder) && (await fs.bytes(target)) === 0;
}

async function recordFor(placement: Placement, fs: PlacingFs): Promise<PlacementRecord | undefined> {
  const record = await readRecord(fs, recordPath(placement.recordDir, placement.staged));
  return record?.path === placement.path ? record : undefined;
}

/** The file is placed, or another error is on its way: what stays in scratch is swept later, see `sweepAttempts`. */
async function removeQuietly(fs: PlacingFs, file: string): Promise<void> {
  await fs.remove(file).catch(() => undefined);
}
