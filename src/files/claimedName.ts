import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import { errnoCode } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { forgetPlacement, readRecord, recordPath, sameInode, writeRecord } from './placementRecord.ts';
import type { PlacingFs } from './placingFs.ts';

/**
 * A name that a file is to be renamed to, writing over nothing. An empty file claims it: of two daemons only one can make
 * that, and only that one renames over it. A link would fail as well where the name is taken, but not every file system
 * has links or gives both names one number, and the file would have two names, and another time of its own, between two
 * steps.
 */
export interface ClaimedName {
  readonly path: string;
  /** The worker's own folder for placement records; the claim is noted before it is made. */
  readonly recordDir: string;
  /** Names that note. */
  readonly key: string;
  readonly fs: PlacingFs;
}

/** Undefined where the name is taken. Throws what the file system says, and `disconnected` where it cannot be noted. */
export async function claimName(name: ClaimedName): Promise<FileIdentity | undefined> {
  const { path, recordDir, key, fs } = name;
  await releaseName(name);
  await note(name, 'intended');
  try {
    await fs.createExclusive(path);
  } catch (error) {
    if (errnoCode(error) !== 'EEXIST') throw error;
    // Else what is empty there would count as ours after a kill.
    await forgetPlacement(recordDir, key);
    return undefined;
  }
  const claim = await fs.identity(path);
  if (claim) await note(name, claim);
  return claim;
}

/** Whether it is still ours alone, right before it is renamed over. */
export async function isClaim({ path, fs }: ClaimedName, claim: FileIdentity): Promise<boolean> {
  const there = await fs.identity(path);
  return there !== undefined && sameFile(there, claim) && (await fs.isEmpty(path));
}

/** Nothing of a claim is left, also of one that a kill has cut off. What else has the name is let alone. */
export async function releaseName({ path, recordDir, key, fs }: ClaimedName): Promise<void> {
  const record = await readRecord(fs, recordPath(recordDir, key));
  if (record?.path !== path || record.placeholder === undefined) return;
  const there = await fs.identity(path);
  // Its disk may be away, and the claim come back with it.
  if (!there) return;
  const isOurs = record.placeholder === 'intended' || sameInode(there, record.placeholder);
  if (isOurs && !(await fs.isFolder(path)) && (await fs.isEmpty(path))) await fs.remove(path);
  await forgetPlacement(recordDir, key);
}

/** Its file has the name now. What stays of the note says nothing where the name is not an empty file’s. */
export async function endClaim({ recordDir, key }: ClaimedName): Promise<void> {
  await forgetPlacement(recordDir, key).catch(() => undefined);
}

async function note(
  { path, recordDir, key, fs }: ClaimedName,
  placeholder: FileIdentity | 'intended',
): Promise<void> {
  try {
    await writeRecord(fs, recordPath(recordDir, key), { path, bytes: 0, placeholder });
  } catch (error) {
    throw new DffmpegError(
      'disconnected',
      `What is about to be done cannot be noted in ${recordDir} (${errnoCode(error) ?? 'unknown'}).`,
      { hint: 'See whether the disk of the state folder is full: then it goes on.', cause: error },
    );
  }
}
