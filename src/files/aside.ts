import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { SourceState } from '../protocol/workerContract.ts';
import { checkDestination } from './destination.ts';
import { toDestinationError } from './destinationError.ts';
import { errnoCode } from './errnoCode.ts';
import { sameInode } from './placementRecord.ts';
import { recoverPlacement } from './placing.ts';
import type { PlacingFs } from './placingFs.ts';
import { ownPrefix } from './staging.ts';
import type { Traces } from './traces.ts';

/** A source that a result takes the place of. */
export interface ReplacedSource extends SourceState {
  readonly jobId: string;
  /** Where it lies, and will lie again after an undo. */
  readonly path: string;
}

export interface AsidePlace {
  /** The worker's own folder for placement records. */
  readonly recordDir: string;
  readonly fs: PlacingFs;
}

/** Hidden beside the sources, so that setting one aside is a rename on its own file system. */
const asideFolder = `${ownPrefix}replaced`;

/** `<folder>/.dffmpeg-replaced/<job>/<name>`: a person finds it by its name without any program. */
export function asidePath({ path: source, jobId }: Pick<ReplacedSource, 'path' | 'jobId'>): string {
  return path.join(path.dirname(source), asideFolder, jobId, path.basename(source));
}

/** Throws `request-invalid` for a link, and the `destination-…` errors where its folder cannot be written. */
export async function requireReplaceable(source: string, traces: Traces): Promise<void> {
  await checkDestination(path.dirname(source), traces);
  if ((await lstat(source)).isSymbolicLink()) throw isLink(source);
}

/**
 * Renames the source aside; nothing to do when it is there already. Throws `source-changed` when it is not the file
 * that was encoded, and then leaves it where it is.
 */
export async function setAside(source: ReplacedSource, { recordDir, fs }: AsidePlace): Promise<string> {
  const aside = asidePath(source);
  const lying = await fs.identity(aside);
  if (sameInode(lying, source.identity)) return aside;
  if (lying) throw new DffmpegError('conflict', `Another file lies at ${aside}.`, { hint: 'Move it away.' });
  await requireUnchanged(source, source.path);
  try {
    await mkdir(path.dirname(aside), { recursive: true });
    await fs.rename(source.path, aside);
    await fs.syncFolder(path.dirname(aside));
    await fs.syncFolder(path.dirname(source.path));
  } catch (error) {
    await removeEmptyFolders(aside);
    throw toDestinationError(error, path.dirname(source.path));
  }
  try {
    // Between the look and the rename somebody may have put another file there: it goes back.
    await requireUnchanged(source, aside);
  } catch (error) {
    await putBack({ ...source, ...(await whatLies(aside, fs, source)) }, { recordDir, fs }).catch(
      () => undefined,
    );
    throw error;
  }
  return aside;
}

/**
 * The file aside gets its own name again, which replaces nothing: `taken` when another file has it. `gone` when
 * nothing lies aside. May be asked again after a crash at any step. Throws `disconnected` where its folder is away.
 */
export async function putBack(
  source: ReplacedSource,
  { recordDir, fs }: AsidePlace,
): Promise<'placed' | 'taken' | 'gone'> {
  const aside = asidePath(source);
  const outcome = await recoverPlacement({
    staged: aside,
    identity: source.identity,
    path: source.path,
    recordDir,
    key: `${source.jobId}-source`,
    fs,
  });
  if (outcome === 'placed') await removeEmptyFolders(aside);
  await requireFolder(source, fs);
  return outcome;
}

/**
 * Deletes what lies aside, for good. `kept` when it is not the file that was put there. Throws `disconnected` where the
 * folder is away: it may come back.
 */
export async function discardAside(source: ReplacedSource, fs: PlacingFs): Promise<'discarded' | 'kept'> {
  const aside = asidePath(source);
  if ((await fs.identity(aside)) && !(await isUnchanged(source, aside))) return 'kept';
  await fs.remove(aside);
  await removeEmptyFolders(aside);
  await requireFolder(source, fs);
  return 'discarded';
}

async function whatLies(
  aside: string,
  fs: PlacingFs,
  { identity }: ReplacedSource,
): Promise<Pick<ReplacedSource, 'identity'>> {
  return { identity: (await fs.identity(aside)) ?? identity };
}

async function requireUnchanged(source: ReplacedSource, at: string): Promise<void> {
  const stats = await statOf(at);
  if (!stats) throw changed(source, `${source.path} is not there any more.`);
  if (stats.isSymbolicLink()) throw isLink(source.path);
  if (!isSame(source, stats))
    throw changed(source, `${source.path} is not the file any more that was encoded.`);
}

async function isUnchanged(source: ReplacedSource, at: string): Promise<boolean> {
  const stats = await statOf(at);
  return stats !== undefined && isSame(source, stats);
}

async function statOf(at: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(at, { bigint: true });
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isSame({ bytes, modified, identity }: ReplacedSource, stats: BigIntStats): boolean {
  return (
    stats.isFile() &&
    Number(stats.size) === bytes &&
    String(stats.mtimeNs) === modified &&
    String(stats.ino) === identity.inode
  );
}

function isLink(source: string): DffmpegError {
  return new DffmpegError('request-invalid', `${source} is a link to the source, not the source itself.`, {
    hint: 'Nothing was replaced. Encode the file that the link leads to, if that is to be replaced.',
  });
}

function changed({ path: source }: ReplacedSource, message: string): DffmpegError {
  return new DffmpegError('source-changed', message, {
    hint: `Nothing was replaced: the result lies beside ${path.basename(source)}.`,
  });
}

/** Nothing is to be seen in a folder that is away, and nothing to be removed: what was found of it was not so. */
async function requireFolder({ path: source }: ReplacedSource, fs: PlacingFs): Promise<void> {
  const folder = path.dirname(source);
  if (!(await fs.isFolder(folder)))
    throw new DffmpegError('disconnected', `The folder ${folder} is not there.`, {
      hint: 'Connect its disk again: then it goes on.',
    });
}

/** The job's own folder, and the one that all share when it was the last. */
async function removeEmptyFolders(aside: string): Promise<void> {
  const own = path.dirname(aside);
  for (const folder of [own, path.dirname(own)]) await rmdir(folder).catch(() => undefined);
}
