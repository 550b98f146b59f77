import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/workerContract.ts';
import { errnoCode } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { recordPath, writeRecord, type PlacementRecord } from './placementRecord.ts';
import type { Placement } from './placing.ts';
import type { PlacingFs } from './placingFs.ts';
import { copyPath, stagingKey } from './staging.ts';

/** A folder gets its name by a rename over an empty folder that reserved it. */
export async function placeFolder(placement: Placement, fs: PlacingFs): Promise<'placed' | 'taken'> {
  const moved = await move(placement, fs, placement.staged, undefined);
  return moved === 'other-device' ? placeCopy(placement, fs) : moved;
}

/** Across file systems: a complete copy beside the target first, then as if it had been staged there. */
async function placeCopy(placement: Placement, fs: PlacingFs): Promise<'placed' | 'taken'> {
  const { staged, path: target, recordDir } = placement;
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
    const moved = await move(placement, fs, copied, copy);
    if (moved === 'placed') return moved;
    await removeQuietly(fs, copied);
    if (moved === 'taken') return moved;
    throw new DffmpegError('destination-unwritable', `${target} does not lie where its folder does.`, {
      hint: 'Choose another folder for the result.',
    });
  } catch (error) {
    await removeQuietly(fs, copied);
    throw error;
  }
}

async function move(
  placement: Placement,
  fs: PlacingFs,
  from: string,
  copy: FileIdentity | undefined,
): Promise<'placed' | 'taken' | 'other-device'> {
  const { path: target, recordDir, staged } = placement;
  const file = recordPath(recordDir, staged);
  if (await fs.identity(target)) return 'taken';
  const record: PlacementRecord = { path: target, bytes: await fs.bytes(from), copy };
  await writeRecord(fs, file, { ...record, placeholder: 'intended' });
  try {
    await fs.createFolder(target);
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
    if (!(await fs.replacesEmptyFolders())) await fs.removeFolder(target);
    // Fails where somebody has put something into the reserved folder meanwhile.
    await fs.rename(from, target);
  } catch (error) {
    return afterFailedRename(fs, target, placeholder, error);
  }
  await fs.syncFolder(path.dirname(target));
  return 'placed';
}

async function afterFailedRename(
  fs: PlacingFs,
  target: string,
  placeholder: FileIdentity,
  error: unknown,
): Promise<'taken' | 'other-device'> {
  if (await isReservation(fs, target, placeholder)) await fs.removeFolder(target).catch(() => undefined);
  if (errnoCode(error) === 'EXDEV') return 'other-device';
  // Somebody else's, or what somebody put into ours.
  if (await fs.identity(target)) return 'taken';
  throw error;
}

async function isReservation(fs: PlacingFs, target: string, placeholder: FileIdentity): Promise<boolean> {
  const now = await fs.identity(target);
  return now !== undefined && sameFile(now, placeholder) && (await fs.isEmpty(target));
}

/** The result is placed, or another error is on its way. */
async function removeQuietly(fs: PlacingFs, folder: string): Promise<void> {
  await fs.removeResult(folder).catch(() => undefined);
}
