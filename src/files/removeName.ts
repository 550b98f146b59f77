import path from 'node:path';
import type { FileIdentity } from '../protocol/workerContract.ts';
import { errnoCode } from './errnoCode.ts';
import { sameInode } from './placementRecord.ts';
import type { PlacingFs } from './placingFs.ts';
import { ownPrefix } from './staging.ts';

/** Names tried at most for a stranger’s file that cannot have its own back. */
const maxNames = 1000;

/**
 * Removes the name under which a file lay that has another one now. Anybody may give that name to a file of their own in
 * the very moment: so it gets a hidden name first, is looked at there, and a stranger’s gets its name back, or the next
 * free one (`clip-2.mp4`). A kill between any two steps leaves the hidden name, which the same call brings to its end.
 * `key`: of the placement. Throws what the file system says.
 */
export async function removeName(
  fs: PlacingFs,
  file: string,
  identity: FileIdentity,
  key: string,
): Promise<void> {
  const hidden = path.join(path.dirname(file), `${ownPrefix}${key}.old`);
  await settle(fs, hidden, file, identity);
  if (!sameInode(await fs.identity(file), identity)) return;
  await fs.rename(file, hidden);
  await settle(fs, hidden, file, identity);
}

async function settle(fs: PlacingFs, hidden: string, file: string, identity: FileIdentity): Promise<void> {
  const there = await fs.identity(hidden);
  if (!there) return;
  if (sameInode(there, identity)) await fs.remove(hidden);
  else await giveBack(fs, hidden, file);
}

async function giveBack(fs: PlacingFs, hidden: string, file: string): Promise<void> {
  const { dir, name, ext } = path.parse(file);
  for (let number = 1; number <= maxNames; number += 1) {
    const free = number === 1 ? file : path.join(dir, `${name}-${number}${ext}`);
    if (await moveTo(fs, hidden, free)) return;
  }
}

/** False where the name is taken. */
async function moveTo(fs: PlacingFs, from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
    await fs.remove(from);
    return true;
  } catch (error) {
    if (errnoCode(error) === 'EEXIST') return false;
    // No hard links: the name is reserved by an empty file, as a result’s is.
    return reserveAndMove(fs, from, to);
  }
}

async function reserveAndMove(fs: PlacingFs, from: string, to: string): Promise<boolean> {
  try {
    await fs.createExclusive(to);
  } catch (error) {
    if (errnoCode(error) === 'EEXIST') return false;
    throw error;
  }
  await fs.rename(from, to);
  return true;
}
