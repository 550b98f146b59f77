import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import { errnoCode } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { sameInode } from './placementRecord.ts';
import type { PlacingFs } from './placingFs.ts';
import { isReservation } from './reservedName.ts';
import { ownPrefix } from './staging.ts';

/** Names tried at most for a stranger’s file that cannot have its own back. */
const maxNames = 1000;

/**
 * Removes the name under which a file lay that has another one now. Anybody may give that name to a file of their own in
 * the very moment: so it gets a hidden name first, is looked at there, and a stranger’s gets its name back, or the next
 * free one (`clip-2.mp4`), which is said: `conflict`. A kill between any two steps leaves the hidden name, which the same
 * call brings to its end. `key`: of the placement. Throws what the file system says.
 */
export async function removeName(
  fs: PlacingFs,
  file: string,
  identity: FileIdentity,
  key: string,
): Promise<void> {
  const hidden = hiddenName(file, key);
  await settle(fs, hidden, file, identity);
  if (!sameInode(await fs.identity(file), identity)) return;
  try {
    await fs.rename(file, hidden);
  } catch (error) {
    // A network file system that repeats a request which it has done says that there is no such file.
    if (!(await fs.identity(hidden))) throw error;
  }
  await settle(fs, hidden, file, identity);
}

/** What a kill has left of it: nothing has the name any more but what somebody has put there since. */
export async function endRemoval(
  fs: PlacingFs,
  file: string,
  identity: FileIdentity,
  key: string,
): Promise<void> {
  await settle(fs, hiddenName(file, key), file, identity);
}

async function settle(fs: PlacingFs, hidden: string, file: string, identity: FileIdentity): Promise<void> {
  const there = await fs.identity(hidden);
  if (!there) return;
  if (sameInode(there, identity)) await fs.remove(hidden);
  else await giveBack(fs, hidden, there, file);
}

function hiddenName(file: string, key: string): string {
  return path.join(path.dirname(file), `${ownPrefix}${key}.old`);
}

/** Its name, or the next one that is free. */
async function giveBack(fs: PlacingFs, hidden: string, there: FileIdentity, file: string): Promise<void> {
  const { dir, name, ext } = path.parse(file);
  for (let number = 1; number <= maxNames; number += 1) {
    const free = number === 1 ? file : path.join(dir, `${name}-${number}${ext}`);
    if (!(await moveTo(fs, hidden, there, free))) continue;
    if (number === 1) return;
    throw new DffmpegError('conflict', `What another program has just saved as ${file} lies at ${free}.`, {
      hint: 'Somebody else took that name in the same moment. Look at both, then try again.',
    });
  }
  throw new DffmpegError('conflict', `What another program has just saved as ${file} lies at ${hidden}.`, {
    hint: 'Every name like it is taken. Give it another one, then try again.',
  });
}

/** False where the name is taken. */
async function moveTo(fs: PlacingFs, from: string, moving: FileIdentity, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
  } catch (error) {
    // It may have that name by an earlier call, or behind the failure.
    const there = await fs.identity(to);
    if (!there || !sameFile(there, moving))
      // No hard links: the name is reserved by an empty file, as a result’s is.
      return errnoCode(error) === 'EEXIST' ? false : reserveAndMove(fs, from, to);
  }
  await fs.remove(from);
  return true;
}

async function reserveAndMove(fs: PlacingFs, from: string, to: string): Promise<boolean> {
  try {
    await fs.createExclusive(to);
  } catch (error) {
    if (errnoCode(error) === 'EEXIST') return false;
    throw error;
  }
  const placeholder = await fs.identity(to);
  if (!placeholder || !(await isReservation(fs, to, placeholder))) return false;
  await fs.rename(from, to);
  return true;
}
