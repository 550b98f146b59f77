import type { BigIntStats } from 'node:fs';
import { lstat, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SourceState } from '../protocol/fileState.ts';
import {
  asideTaken,
  diskAway,
  inUse,
  isKept,
  isLink,
  movedAway,
  noFolder,
  notBack,
  notKept,
  notRenamed,
  otherFileSystem,
  sourceChanged,
  writtenTo,
} from './asideTroubles.ts';
import { claimName, endClaim, isClaim, releaseName, type ClaimedName } from './claimedName.ts';
import { checkDestination } from './destination.ts';
import { isSampled } from './contentKey.ts';
import { toDestinationError } from './destinationError.ts';
import { errnoCode } from './errnoCode.ts';
import { identityIfThere, sameFile } from './fileIdentity.ts';
import { forgetPlacement, recordPath, sameInode } from './placementRecord.ts';
import { recoverPlacement } from './placing.ts';
import type { PlacingFs } from './placingFs.ts';
import { makeFolders } from './makeFolders.ts';
import { removeName } from './removeName.ts';
import { ownPrefix } from './staging.ts';
import type { Traces } from './traces.ts';

/** A source that a result takes the place of. */
export interface ReplacedSource extends SourceState {
  readonly jobId: string;
  /** Where it lies, and will lie again after an undo. */
  readonly path: string;
  /** Its own time (ctime) once it lay aside, nanoseconds since the epoch: a write after which the other time was set back shows. */
  readonly asideChanged?: string | undefined;
}

export interface AsidePlace {
  /** The worker's own folder for placement records. */
  readonly recordDir: string;
  readonly fs: PlacingFs;
}

/** Hidden beside the sources, so that setting one aside is a rename on its own file system. */
export const asideFolder = `${ownPrefix}replaced`;

/** `<folder>/.dffmpeg-replaced/<job>/<name>`: a person finds it by its name without any program. */
export function asidePath({ path: source, jobId }: Pick<ReplacedSource, 'path' | 'jobId'>): string {
  return path.join(path.dirname(source), asideFolder, jobId, path.basename(source));
}

/** Throws `request-invalid` for a link and for what is kept aside itself, and the `destination-…` errors where its folder cannot be written. */
export async function requireReplaceable(source: string, traces: Traces): Promise<void> {
  if (source.split(path.sep).includes(asideFolder)) throw isKept(source);
  await checkDestination(path.dirname(source), traces);
  if ((await lstat(source)).isSymbolicLink()) throw isLink(source);
}

/**
 * Renames the source aside; nothing to do when it is there already. Throws `source-changed` when it is not the file
 * that was encoded, and then leaves it where it is.
 */
export async function setAside(source: ReplacedSource, place: AsidePlace): Promise<string> {
  const { recordDir, fs } = place;
  const aside = asidePath(source);
  if (await isSourceAt(aside, source, fs)) {
    await leaveHome(source, aside, fs);
    return aside;
  }
  await releaseAside(source, place);
  if (await fs.identity(aside)) throw asideTaken(aside);
  await requireUnchanged(source, source.path);
  // Of an earlier time that it was put back, or was about to be deleted: that is done with.
  for (const key of [putBackKey(source), discardKey(source)]) await forgetPlacement(recordDir, key);
  await renameAside(source, nameAside(source, place));
  try {
    for (const folder of [path.dirname(aside), path.dirname(source.path)]) await keep(folder, fs);
    // Between the look and the rename somebody may have put another file there: it goes back.
    await requireUnchanged(source, aside);
  } catch (error) {
    const lying = await whatLies(aside, source).catch(() => source);
    const back = await putBack(lying, { recordDir, fs }).catch(() => undefined);
    if (back !== 'placed') throw notBack(source, aside, error);
    throw toDestinationError(error, path.dirname(source.path));
  }
  return aside;
}

/** Another daemon, such as that of a copied state folder, may be about to set the same source aside: one of them can. */
async function renameAside(source: ReplacedSource, name: ClaimedName): Promise<void> {
  const { path: aside, fs } = name;
  try {
    await makeFolders(path.dirname(aside)).catch(async (error: unknown) => {
      const folder = path.join(path.dirname(source.path), asideFolder);
      // A link to a folder is one; a link to nothing is in the way.
      const inItsPlace = await stat(folder).catch(() => lstat(folder).catch(() => undefined));
      throw inItsPlace && !inItsPlace.isDirectory() ? noFolder(folder, error) : error;
    });
    const claim = await claimName(name);
    if (!claim) throw asideTaken(aside);
    // What is asked of the source comes last, since it takes its time.
    if (!(await holdsTheSame(source, source.path, source.changed, fs))) throw writtenTo(source);
    await requireClosed(source, source.path, fs);
    if (!(await isClaim(name, claim))) throw asideTaken(aside);
    await fs.rename(source.path, aside).catch(async (error: unknown) => {
      // A network file system that repeats a request which it has done says that there is no such file.
      const isDone = !(await fs.identity(source.path)) && (await isSourceAt(aside, source, fs));
      if (isDone) return;
      // A file was just made beside it: it is the source that may not be touched.
      const code = errnoCode(error);
      if (code === 'ENOENT' && !(await fs.identity(source.path))) {
        await requireDisk(source);
        throw movedAway(source, error);
      }
      throw code === 'EPERM' || code === 'EACCES' ? notRenamed(source, error) : error;
    });
  } catch (error) {
    await releaseName(name).catch(() => undefined);
    await removeEmptyFolders(aside);
    throw errnoCode(error) === 'EXDEV'
      ? otherFileSystem(aside, error)
      : toDestinationError(error, path.dirname(source.path));
  }
  await endClaim(name);
}

/** Nothing is left of a call of `setAside` that a kill has cut off before the source went aside. */
export function releaseAside(source: ReplacedSource, place: AsidePlace): Promise<void> {
  return releaseName(nameAside(source, place));
}

function nameAside(source: ReplacedSource, { recordDir, fs }: AsidePlace): ClaimedName {
  return { path: asidePath(source), recordDir, key: `${source.jobId}-aside`, fs };
}

/** It has both names where it could not lose this one when it was put back, or a kill came first. */
async function leaveHome(source: ReplacedSource, aside: string, fs: PlacingFs): Promise<void> {
  const [there, lying] = [await fs.identity(source.path), await fs.identity(aside)];
  if (there && lying && sameFile(there, lying)) await removeName(fs, source.path, lying, putBackKey(source));
}

/** A failure is told once: that it goes well when it is asked again says nothing. */
async function keep(folder: string, fs: PlacingFs): Promise<void> {
  try {
    await fs.syncFolder(folder);
  } catch (error) {
    throw notKept(folder, error);
  }
}

/** The source, as what lies aside is, whatever it is: of a job whose folder that is it can only be its own. */
export async function whatLies(aside: string, source: ReplacedSource): Promise<ReplacedSource> {
  const stats = await statOf(aside);
  if (stats?.isFile() !== true) return source;
  const identity = { device: String(stats.dev), inode: String(stats.ino) };
  return { ...source, identity, bytes: Number(stats.size), modified: String(stats.mtimeNs) };
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
  const lying = (await isSourceAt(aside, source, fs)) ? await fs.identity(aside) : undefined;
  // Where numbers do not last, only its size and its time tell that it has its name again.
  const isBack = !lying && (await isSourceAt(source.path, source, fs));
  const outcome = isBack
    ? 'placed'
    : await recoverPlacement({
        staged: aside,
        identity: lying ?? source.identity,
        path: source.path,
        bytes: source.bytes,
        recordDir,
        key: putBackKey(source),
        fs,
      });
  if (outcome === 'placed') await removeEmptyFolders(aside);
  await requireFolder(source, fs);
  return outcome;
}

/** `changed`: it is not the file that was put there. `missing`: nothing is there, and nobody here has deleted it. */
export type Discarded = 'discarded' | 'changed' | 'missing' | 'result-missing';

/**
 * Deletes what lies aside, for good. That it is about to is recorded, so that a repeat after a kill knows that it was this
 * that did it, and not a person who has moved the file. Where its result is not there the source is all that is left of
 * the film, or the disk of both is away. Throws `disconnected` where the folder is.
 */
export async function discardAside(
  source: ReplacedSource,
  { recordDir, fs }: AsidePlace,
  hasResult: () => Promise<boolean>,
): Promise<Discarded> {
  const aside = asidePath(source);
  const intention = recordPath(recordDir, discardKey(source));
  await requireFolder(source, fs);
  if (!(await hasResult())) return 'result-missing';
  if (!(await fs.identity(aside))) {
    if ((await fs.readText(intention)) === undefined) {
      await requireDisk(source);
      return 'missing';
    }
  } else {
    if (!(await isUntouched(source, aside, fs))) return 'changed';
    await requireClosed(source, aside, fs);
  }
  await fs.writeText(intention, JSON.stringify({ path: aside }));
  await fs.remove(aside);
  await removeEmptyFolders(aside);
  await requireFolder(source, fs);
  return 'discarded';
}

/**
 * Whether this source is there: by its number and its size, or by its size and its time where the file system gives out
 * other numbers each time it is connected (FAT, exFAT, some network drives).
 */
export async function isSourceAt(at: string, source: ReplacedSource, fs: PlacingFs): Promise<boolean> {
  const there = await fs.identity(at);
  if (!there) return false;
  const stats = await statOf(at);
  if (stats?.isFile() !== true || Number(stats.size) !== source.bytes) return false;
  return sameInode(there, source.identity) || hasTimeOf(source, stats);
}

/** Names the record of how it got its name again. */
function putBackKey({ jobId }: ReplacedSource): string {
  return `${jobId}-source`;
}

/** Names the record that it is about to be deleted. */
function discardKey({ jobId }: ReplacedSource): string {
  return `${jobId}-discard`;
}

/** What FAT keeps of a time; nanoseconds. */
const timeStep = 2_000_000_000n;

function hasTimeOf({ modified }: ReplacedSource, { mtimeNs }: BigIntStats): boolean {
  return isSameTime(String(mtimeNs), modified);
}

/** Nanoseconds since the epoch, both; as near as every file system keeps them. */
export function isSameTime(one: string, other: string): boolean {
  const apart = BigInt(one) - BigInt(other);
  return apart <= timeStep && -apart <= timeStep;
}

/** By its number, size and time; throws `source-changed`, `request-invalid` or, where its disk is away, `disconnected`. */
async function requireUnchanged(source: ReplacedSource, at: string): Promise<void> {
  const stats = await statOf(at);
  if (!stats) {
    await requireDisk(source);
    throw sourceChanged(source, `${source.path} is not there any more.`);
  }
  if (stats.isSymbolicLink()) throw isLink(source.path);
  if (!isSame(source, stats))
    throw sourceChanged(source, `${source.path} is not the file any more that was encoded.`);
}

/** Since it was put aside. */
async function isUntouched(source: ReplacedSource, at: string, fs: PlacingFs): Promise<boolean> {
  const stats = await statOf(at);
  if (stats === undefined || !isSame(source, stats)) return false;
  return holdsTheSame(source, at, source.asideChanged, fs);
}

/**
 * As when it was encoded, whatever its time says: that can be set back, and a write through a mapping may not change it.
 * Of what is not read whole its own time (ctime), which nobody can set, must be `changed`, too, where that is known. Each
 * rename changes it, and where numbers of files do not last it does not either.
 */
async function holdsTheSame(
  { content, identity }: ReplacedSource,
  at: string,
  changed: string | undefined,
  fs: PlacingFs,
): Promise<boolean> {
  if (content !== undefined && (await fs.content(at)) !== content) return false;
  if (changed === undefined || (content !== undefined && !isSampled(content))) return true;
  const stats = await statOf(at);
  return stats !== undefined && (String(stats.ino) !== identity.inode || String(stats.ctimeNs) === changed);
}

/** Who has it open would go on to write into a file that is hidden, or deleted. Throws `source-in-use`. */
async function requireClosed({ path: source }: ReplacedSource, at: string, fs: PlacingFs): Promise<void> {
  if (await fs.isWrittenTo(at)) throw inUse(source);
}

/** When a file, or what is said of it, was changed last (ctime), nanoseconds since the epoch. */
export async function ownTimeOf(at: string): Promise<string | undefined> {
  const stats = await statOf(at).catch(() => undefined);
  return stats && String(stats.ctimeNs);
}

async function statOf(at: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(at, { bigint: true });
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isSame(source: ReplacedSource, stats: BigIntStats): boolean {
  return (
    stats.isFile() &&
    Number(stats.size) === source.bytes &&
    (String(stats.ino) === source.identity.inode
      ? String(stats.mtimeNs) === source.modified
      : hasTimeOf(source, stats))
  );
}

/** Nothing is to be seen in a folder that is away, and nothing to be removed: what was found of it was not so. */
export async function requireFolder({ path: source }: ReplacedSource, fs: PlacingFs): Promise<void> {
  const folder = path.dirname(source);
  if (!(await fs.leadsToFolder(folder))) throw diskAway(folder);
}

/**
 * Of a source that is not to be seen: throws `disconnected` where its disk is most likely away, and nobody can tell. A
 * folder into which the disk is mounted is there also without it, but of another file system.
 */
export async function requireDisk(source: ReplacedSource): Promise<void> {
  const folder = path.dirname(source.path);
  const there = await identityIfThere(folder);
  if (there?.device === source.identity.device) return;
  // A disk may have another number since it was mounted anew, and where one file system lies over others the file has another than
  // its folder: what was made there for this job is on it.
  if (!there || !(await identityIfThere(path.dirname(asidePath(source))))) throw diskAway(folder);
}

/** The job's own folder, and the one that all share when it was the last. */
async function removeEmptyFolders(aside: string): Promise<void> {
  const own = path.dirname(aside);
  for (const folder of [own, path.dirname(own)]) await rmdir(folder).catch(() => undefined);
}
