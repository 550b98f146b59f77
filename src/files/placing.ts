import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import { nameNotGivenUp } from './asideTroubles.ts';
import { toDestinationError } from './destinationError.ts';
import { errnoCode, isDiskAway } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { placeFile } from './placeFile.ts';
import { keyOf, notVerified, type Placement } from './placement.ts';
import { placeFolder } from './placeFolder.ts';
import { readRecord, recordPath, sameInode, type PlacementRecord } from './placementRecord.ts';
import { placingFs, type PlacingFs } from './placingFs.ts';
import { endRemoval, removeName } from './removeName.ts';
import { copyPath, ownPrefix } from './staging.ts';
import type { Placed } from './reservedName.ts';

/**
 * Gives a result its final name without replacing anything: `taken` when the name is in use. A kill between
 * any two steps leaves, after `recoverPlacement`, the whole result under that name or nothing. Throws the
 * `destination-…` errors.
 */
export async function place(placement: Placement): Promise<'placed' | 'taken'> {
  const { staged, path: target, fs = placingFs } = placement;
  try {
    const identity = await fs.identity(staged);
    if (!identity)
      throw new DffmpegError('result-damaged', `The encoded result ${staged} is gone.`, {
        hint: 'Retry the job, and see that nothing cleans that folder while an encode runs.',
      });
    await requireVerified(placement, identity, fs);
    await placement.requireForeign?.(path.dirname(target));
    const isFolder = await fs.isFolder(staged);
    await syncStaged(placement, fs);
    const placed = isFolder
      ? await placeFolder(placement, fs)
      : await placeFile({ ...placement, identity }, fs);
    if (placed.outcome === 'placed' && (await isStillCopied(fs, staged, placed)))
      await leave(placement, fs, identity);
    return placed.outcome;
  } catch (error) {
    throw toDestinationError(error, path.dirname(target));
  }
}

/**
 * After a restart: brings a granted placement to its end. `placed` when the result has its name (now or
 * already), `taken` when the name belongs to somebody else, `gone` when there is no staged result to place.
 */
export async function recoverPlacement(
  /** Numbers of files are given out again, so that one alone proves little. */
  placement: Placement & { identity: FileIdentity },
): Promise<'placed' | 'taken' | 'gone'> {
  const { staged, identity, path: target, bytes, fs = placingFs } = placement;
  const hasSize = async (file: string): Promise<boolean> =>
    bytes === undefined || (await fs.bytes(file)) === bytes;
  const final = await fs.identity(target);
  const stagedNow = await fs.identity(staged);
  const copy = copyPath(path.dirname(target), keyOf(placement));
  const record = await recordFor(placement, fs);

  // Of two files on two file systems the numbers may be equal by chance.
  const isOtherFile = sameInode(stagedNow, identity) && final && stagedNow && !sameFile(final, stagedNow);
  const isStaged = sameInode(stagedNow, identity) && (await hasSize(staged));
  const isOurs =
    (sameInode(final, identity) && !isOtherFile && (await hasSize(target))) ||
    // Its original is removed below: a number that was given out again must not pass for the copy.
    (sameInode(final, record?.copy) &&
      (isStaged ? await fs.sameContent(staged, target) : (await fs.bytes(target)) === record?.bytes)) ||
    // Where inodes do not last (FAT), the rename is proved by its source being gone.
    (record?.placeholder !== undefined &&
      final !== undefined &&
      !(await fs.identity(record.copy ? copy : staged)) &&
      (await fs.bytes(target)) === record.bytes);
  if (isOurs) {
    await fs.syncFolder(path.dirname(target));
    await fs.removeResult(copy);
    await placement.traces?.remove(copy);
    // Else somebody's file has its old name, and may have its number, too.
    await leave(placement, fs, identity, isStaged);
    return 'placed';
  }

  let free = final === undefined;
  if (final !== undefined && record?.placeholder !== undefined && (await fs.isEmpty(target))) {
    // The name was free when the intention was recorded: what is empty there is the reservation.
    // A kill before it was made leaves the name to anybody; what is empty and being written to is not ours.
    const isReserved =
      record.placeholder === 'intended' ||
      sameInode(final, record.placeholder) ||
      (record.reserved !== undefined && (await fs.modified(target)) === record.reserved);
    if (isReserved && !(await fs.isWrittenTo(target))) {
      await ((await fs.isFolder(target)) ? fs.removeFolder(target) : fs.remove(target));
      free = true;
    }
  }
  if (!isStaged) return 'gone';
  return free ? place(placement) : 'taken';
}

/** Another daemon may work in the same folder, such as that of a copied state folder. */
async function requireVerified(
  { staged, identity: verified, bytes }: Placement,
  there: FileIdentity,
  fs: PlacingFs,
): Promise<void> {
  const isOther = verified !== undefined && !sameInode(there, verified);
  if (!isOther && (bytes === undefined || (await fs.bytes(staged)) === bytes)) return;
  throw notVerified(staged);
}

/**
 * Where the disk has not taken it, what is read of it may lie in memory alone, and that it goes well when it is asked
 * again says nothing: a result that was just made is damaged then. What has its place already was on the disk before.
 */
async function syncStaged({ staged, key }: Placement, fs: PlacingFs): Promise<void> {
  try {
    await fs.syncResult(staged);
  } catch (error) {
    const code = errnoCode(error) ?? '';
    if (key !== undefined || !['EIO', 'ENOSPC', 'EDQUOT'].includes(code)) throw error;
    throw new DffmpegError('result-damaged', `The disk did not take the result ${staged} (${code}).`, {
      hint: 'It is made again. Check that the disk is not full, also behind what it says of itself, and is whole.',
      cause: error,
    });
  }
}

/** What somebody has written into the original since it was copied, or is about to write, is nowhere else: it stays. */
async function isStillCopied(fs: PlacingFs, staged: string, placed: Placed): Promise<boolean> {
  if (!('copied' in placed)) return true;
  if (await fs.isWrittenTo(staged)) return false;
  return (await fs.stamp(staged).catch(() => undefined)) === placed.stamp;
}

/** It has its name, and the old one as well where that cannot be removed. What stays in scratch is swept later. */
async function leave(
  placement: Placement,
  fs: PlacingFs,
  identity: FileIdentity,
  isThere = true,
): Promise<void> {
  try {
    await removeStaged(placement, fs, identity, isThere);
  } catch (error) {
    if (placement.mustLeave !== true) return;
    const isSaid = error instanceof DffmpegError || isDiskAway(error);
    throw isSaid ? error : nameNotGivenUp(placement.staged, placement.path, error);
  }
}

/** Somebody else's file may meanwhile have the name under which the result lay; not in folders of our own. */
async function removeStaged(
  placement: Placement,
  fs: PlacingFs,
  identity: FileIdentity,
  isThere: boolean,
): Promise<void> {
  const { staged, key } = placement;
  const isHidden = path
    .dirname(staged)
    .split(path.sep)
    .some((name) => name.startsWith(ownPrefix));
  if (key !== undefined && !isHidden) await (isThere ? removeName : endRemoval)(fs, staged, identity, key);
  else if (isThere && sameInode(await fs.identity(staged), identity)) await fs.removeResult(staged);
}

async function recordFor(placement: Placement, fs: PlacingFs): Promise<PlacementRecord | undefined> {
  const record = await readRecord(fs, recordPath(placement.recordDir, keyOf(placement)));
  return record?.path === placement.path ? record : undefined;
}
