import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import { errnoCode } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { recordPath, sameInode, writeRecord, type PlacementRecord } from './placementRecord.ts';
import { keyOf, type Placement } from './placement.ts';
import type { PlacingFs } from './placingFs.ts';
import { copyPath } from './staging.ts';

/** What was placed under its name, or why not. */
export type Moved = 'placed' | 'taken' | 'other-device';

/** How it was placed. A copy: `stamp` is the original's, as it was when it was copied. */
export type Placed =
  | { readonly outcome: 'placed' | 'taken' }
  | { readonly outcome: 'placed'; readonly copied: true; readonly stamp: string | undefined };

/** How a result of one kind comes under a name that has been reserved for it. */
export interface Reservation {
  /** Makes an empty one, and fails where there is anything. */
  create(target: string): Promise<void>;
  /** Puts the result in its place. */
  fill(from: string, target: string): Promise<void>;
  /** What a failure of `fill` comes to; throws it when it is no answer. */
  failed(target: string, placeholder: FileIdentity, error: unknown): Promise<Moved>;
}

/**
 * Reserves the name with something empty, which is filled only while it is still ours. Each step is in the record
 * before it is made, so that a crash between any two leaves what is ours known.
 */
export async function placeByReservation(
  placement: Placement,
  fs: PlacingFs,
  { from, copy, ...how }: { readonly from: string; readonly copy: FileIdentity | undefined } & Reservation,
): Promise<Moved> {
  const { path: target, recordDir } = placement;
  const file = recordPath(recordDir, keyOf(placement));
  if (await fs.identity(target)) return 'taken';
  const record: PlacementRecord = { path: target, bytes: await fs.bytes(from), copy };
  await writeRecord(fs, file, { ...record, placeholder: 'intended' });
  try {
    await how.create(target);
  } catch (error) {
    await writeRecord(fs, file, record);
    if (errnoCode(error) === 'EEXIST') return 'taken';
    throw error;
  }
  const placeholder = await fs.identity(target);
  if (!placeholder) throw vanished(target);
  // Whoever opens it to write cuts it off first, as a rule: that changes its times, also where nobody tells who it is.
  const stamp = await fs.stamp(target);
  await writeRecord(fs, file, { ...record, placeholder, reserved: await fs.modified(target) });
  const moving = await fs.identity(from);
  const isOurs = await isReservation(fs, target, placeholder);
  if (!isOurs || (await fs.stamp(target)) !== stamp) {
    if (await fs.identity(target)) return 'taken';
    throw vanished(target);
  }
  try {
    await how.fill(from, target);
  } catch (error) {
    // A network file system that repeats a request which it has done says that there is no such file.
    const isDone = moving && sameInode(await fs.identity(target), moving) && !(await fs.identity(from));
    if (!isDone) return how.failed(target, placeholder, error);
  }
  await fs.syncFolder(path.dirname(target));
  return 'placed';
}

/** Most likely with the whole folder, which may come back: the name is not somebody else's, and is tried again. */
function vanished(target: string): DffmpegError {
  return new DffmpegError('destination-missing', `${target} was removed while it was reserved.`, {
    hint: 'Check that the folder is there, then retry the job.',
  });
}

/** Whether it is still ours alone: who has opened it meanwhile is about to write to it. */
export async function isReservation(
  fs: PlacingFs,
  target: string,
  placeholder: FileIdentity,
): Promise<boolean> {
  // First, since it takes longer than the look that follows.
  if (await fs.isWrittenTo(target)) return false;
  const now = await fs.identity(target);
  return now !== undefined && sameFile(now, placeholder) && (await fs.isEmpty(target));
}

/**
 * Across file systems: a complete copy beside the target first, then `place` as if it had been staged there. The copy
 * is gone afterwards, unless it is the result.
 */
export async function placeCopied(
  placement: Placement,
  fs: PlacingFs,
  place: (copied: string, copy: FileIdentity) => Promise<{ outcome: 'placed' | 'taken'; used: boolean }>,
): Promise<Placed> {
  const { staged, path: target, recordDir, traces } = placement;
  const copied = copyPath(path.dirname(target), keyOf(placement));
  await traces?.note(copied);
  try {
    const stamp = await copyAsItIs(fs, staged, copied);
    const copy = await fs.identity(copied);
    if (!copy)
      throw new DffmpegError('destination-unwritable', `${copied} was removed while it was written.`);
    await writeRecord(fs, recordPath(recordDir, keyOf(placement)), {
      path: target,
      bytes: await fs.bytes(staged),
      copy,
    });
    const { outcome, used } = await place(copied, copy);
    if (!used) await removeQuietly(fs, copied);
    await (used ? traces?.forget(copied) : traces?.remove(copied));
    return outcome === 'placed' ? { outcome, copied: true, stamp } : { outcome };
  } catch (error) {
    await removeQuietly(fs, copied);
    await traces?.remove(copied);
    throw error;
  }
}

/** Copies made at most of what somebody writes to meanwhile. */
const maxCopies = 3;

/** A copy on the disk, of which no part is older than another; the original's stamp. */
async function copyAsItIs(fs: PlacingFs, original: string, copied: string): Promise<string | undefined> {
  for (let copies = 0; copies < maxCopies; copies += 1) {
    await fs.removeResult(copied);
    const stamp = await fs.stamp(original);
    await fs.copy(original, copied);
    await fs.syncResult(copied);
    if ((await fs.stamp(original)) === stamp) return stamp;
  }
  throw new DffmpegError('conflict', `${original} is being written to: it was left where it is.`, {
    hint: 'Try again when the program that writes to it has ended.',
  });
}

/** The result is placed, or another error is on its way. */
async function removeQuietly(fs: PlacingFs, copied: string): Promise<void> {
  await fs.removeResult(copied).catch(() => undefined);
}
