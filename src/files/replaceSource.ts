import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import {
  asidePath,
  discardAside,
  isSameTime,
  isSourceAt,
  putBack,
  releaseAside,
  requireDisk,
  requireFolder,
  setAside,
  whatLies,
  type AsidePlace,
  type Discarded,
  type ReplacedSource,
} from './aside.ts';
import { diskAway, notBack } from './asideTroubles.ts';
import { isSampled } from './contentKey.ts';
import { toDestinationError } from './destinationError.ts';
import { errnoCode, isDiskAway, isDiskFull } from './errnoCode.ts';
import { sameFile } from './fileIdentity.ts';
import { forgetPlacement, sameInode } from './placementRecord.ts';
import { recoverPlacement } from './placing.ts';
import { removeName } from './removeName.ts';
import type { PlacingFs } from './placingFs.ts';

/** A verified result that has its place beside the source. */
export interface PlacedResult {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly bytes: number;
  /** What it holds, see `briefKey`. */
  readonly content?: string | undefined;
  /** When it was written, nanoseconds since the epoch. */
  readonly modified?: string | undefined;
}

export interface Replacing extends AsidePlace {
  readonly source: ReplacedSource;
  readonly result: PlacedResult;
}

export interface Restoring extends Replacing {
  readonly home: string;
  /** Told where the result lies from now on, also when the source then does not get its name. */
  readonly onMoved?: ((result: PlacedResult) => void) | undefined;
}

/** Names tried at most: `clip.mp4`, `clip-2.mp4`, … */
const maxNames = 1000;

/**
 * The source goes aside, then the result gets its name, with the result's extension, and its attributes: `clip.mov` → `clip.mp4`, and
 * `clip-2.mp4` where another file is called so. Nothing is ever written over or deleted; a kill at any step leaves
 * both files, each under one of its names, and the same call brings it to its end. A failure puts the source back.
 * Throws `source-changed`, `result-damaged` or one of the `destination-…` errors; `disconnected` where a disk does not
 * answer, so that nobody knows what lies where: then it is to be asked again.
 */
export function replaceSource(replacing: Replacing): Promise<PlacedResult> {
  return whileThere(replacing.source, () => replaceNow(replacing));
}

async function replaceNow(replacing: Replacing): Promise<PlacedResult> {
  const { source, result, recordDir, fs } = replacing;
  // Of an earlier undo, which has come to its end: its file's number may be somebody else's by now.
  await forgetPlacement(recordDir, moveKey(source, 'home'));
  if (!(await isSourceAt(asidePath(source), source, fs))) {
    await requireResult(replacing);
    await forgetPlacement(recordDir, moveKey(source, 'result'));
  }
  await setAside(source, replacing);
  try {
    const moved = await moveToFirstFree(replacing, withExtension(source.path, result.path), 'result');
    if (moved) return await withAttributes(moved, asidePath(source), fs);
    throw resultGone(result.path);
  } catch (error) {
    const back = await putBack(source, replacing).catch(() => undefined);
    if (back !== 'placed') throw notBack(source, asidePath(source), error);
    throw toDestinationError(error, path.dirname(source.path));
  }
}

/** Its time is the source's from now on. */
async function withAttributes(result: PlacedResult, aside: string, fs: PlacingFs): Promise<PlacedResult> {
  await fs.keepAttributes(aside, result.path);
  return { ...result, modified: await fs.modified(result.path) };
}

/**
 * The other way round: the result goes to `home` (or the next number there), where it was before, or beside the source
 * where that folder cannot have it any more; then the source gets its own name back. A result that a person has moved or removed meanwhile is left alone, and undefined is
 * returned. Throws `conflict` when another file has the source's name, `source-missing` when nothing lies aside.
 */
export function restoreSource(restoring: Restoring): Promise<PlacedResult | undefined> {
  return whileThere(restoring.source, () => restoreNow(restoring));
}

async function restoreNow(asked: Restoring): Promise<PlacedResult | undefined> {
  const { home, recordDir, fs } = asked;
  const aside = asidePath(asked.source);
  await releaseAside(asked.source, asked);
  // What lies aside is the person's, also where somebody has written to it.
  // Unless something else lies aside: what has the name was taken for the source after a queue of yesterday was put back.
  const isBackAlready =
    (await isSourceAt(asked.source.path, asked.source, fs)) &&
    ((await fs.identity(aside)) === undefined || (await isSourceAt(aside, asked.source, fs)));
  const source = isBackAlready ? asked.source : await whatLies(aside, asked.source);
  const replacing = { ...asked, source };
  // Of the replacement, which has come to its end.
  await forgetPlacement(recordDir, moveKey(source, 'result'));
  const there = await fs.identity(source.path);
  const isAside = await isSourceAt(aside, source, fs);
  const lying = await fs.identity(aside);
  const isBack = isAside
    ? // It has both names for a moment.
      there !== undefined && lying !== undefined && sameFile(there, lying)
    : await isSourceAt(source.path, source, fs);
  if (!isBack && !isAside) {
    if (!(await fs.leadsToFolder(path.dirname(source.path)))) throw folderAway(source);
    await requireDisk(source);
    throw asideGone(aside);
  }
  const result = await presentResult(replacing);
  const isResult =
    there !== undefined &&
    result !== undefined &&
    (sameFile(there, result.identity) || (await isOneName(source.path, result.path, fs)));
  // What is empty may be the reservation of an undo that was cut off: `putBack` knows.
  if (there && !isBack && !isResult && !(await fs.isEmpty(source.path))) throw nameTaken(source);
  const moved = await moveHome(replacing, home);
  if (moved) {
    asked.onMoved?.(moved);
    await leaveSourceName(replacing, moved);
  }
  switch (await putBack(source, replacing)) {
    case 'placed':
      return moved;
    case 'taken':
      throw nameTaken(source);
    case 'gone':
      throw asideGone(aside);
  }
}

/** A result that was about to get the source's name when its disk was pulled has that beside its own. */
async function leaveSourceName({ source, fs }: Replacing, moved: PlacedResult): Promise<void> {
  const there = await fs.identity(source.path);
  if (!there || !sameFile(there, moved.identity) || (await isOneName(source.path, moved.path, fs))) return;
  await removeName(fs, source.path, moved.identity, moveKey(source, 'home'));
}

/** Whether two names are one, since case does not count there: some file systems give each spelling a number of its own. */
async function isOneName(one: string, other: string, fs: PlacingFs): Promise<boolean> {
  const folder = path.dirname(one);
  const spelled = (name: string): string => name.normalize('NFC').toLowerCase();
  if (folder !== path.dirname(other) || spelled(one) !== spelled(other)) return false;
  const wanted = spelled(path.basename(one));
  return (await fs.names(folder)).filter((name) => spelled(name) === wanted).length === 1;
}

/** Where `home` cannot have the result any more: what keeps the source from its own name is the result that has it. */
const homeless = new Set<DffmpegError['code']>([
  'destination-missing',
  'destination-unwritable',
  'destination-full',
]);

/**
 * To `home`, or to that name beside the source: that the result has lost its own folder must not keep the source aside.
 * An earlier call that was cut off may have moved it to either.
 */
async function moveHome(replacing: Replacing, home: string): Promise<PlacedResult | undefined> {
  const beside = path.join(path.dirname(replacing.source.path), path.basename(home));
  if (home !== beside && (await replacing.fs.leadsToFolder(path.dirname(home)))) {
    try {
      const moved = await moveToFirstFree(replacing, home, 'home');
      if (moved) return moved;
    } catch (error) {
      if (!(error instanceof DffmpegError) || !homeless.has(error.code)) throw error;
    }
  }
  return moveToFirstFree(replacing, beside, 'home');
}

/** Undefined when the result is neither where it was nor under one of these names. */
async function moveToFirstFree(
  replacing: Replacing,
  wanted: string,
  step: 'result' | 'home',
): Promise<PlacedResult | undefined> {
  const { source, recordDir, fs } = replacing;
  // As it is now, where it still is where it was.
  const result = (await presentResult(replacing)) ?? replacing.result;
  const { path: staged, identity, bytes } = result;
  for (let number = 1; number <= maxNames; number += 1) {
    const target = numbered(wanted, number);
    if (target === staged && sameInode(await fs.identity(target), identity)) return result;
    const key = moveKey(source, step);
    const placement = { staged, identity, bytes, path: target, recordDir, key, fs };
    const outcome = await recoverPlacement({ ...placement, mustLeave: step === 'home' });
    const there = await fs.identity(target);
    if (outcome === 'placed' && there)
      return { ...result, path: target, identity: there, modified: await fs.modified(target) };
    if (outcome === 'gone' && !there) return undefined;
  }
  throw new DffmpegError('destination-unwritable', `Every name like ${wanted} is taken.`, {
    hint: 'Clean that folder up, and try again.',
  });
}

/**
 * Deletes the source that was kept aside, if its result is still what has its place: else the source is all that is left
 * of the film, and is kept. So it is where nobody has noted what the result held (a job of an early version).
 */
export function discardSource(replacing: Replacing): Promise<Discarded> {
  const { source, result } = replacing;
  const hasResult = async (): Promise<boolean> =>
    result.content !== undefined && (await presentResult(replacing)) !== undefined;
  return whileThere(source, () => discardAside(source, replacing, hasResult));
}

/** The result with the number that it has now; undefined where what has its name holds something else, or is the source. */
async function presentResult({ source, result, fs }: Replacing): Promise<PlacedResult | undefined> {
  // Where what both hold is known, that tells them apart: their sizes and times may be the same.
  const differ =
    result.content !== undefined && source.content !== undefined && result.content !== source.content;
  if (!differ && (await isSourceAt(result.path, source, fs))) return undefined;
  const identity = await fs.identity(result.path);
  if (!identity || (await fs.bytes(result.path)) !== result.bytes) return undefined;
  if (result.content !== undefined && (await fs.content(result.path)) !== result.content) return undefined;
  return (await mayDiffer(result, fs)) ? undefined : { ...result, identity };
}

/** Of a large one only parts are read: what was written to since then counts as changed. */
async function mayDiffer({ path: at, content, modified }: PlacedResult, fs: PlacingFs): Promise<boolean> {
  if (content === undefined || modified === undefined || !isSampled(content)) return false;
  const now = await fs.modified(at);
  return now === undefined || !isSameTime(now, modified);
}

async function requireResult(replacing: Replacing): Promise<void> {
  const { result, fs } = replacing;
  if (await presentResult(replacing)) return;
  if (!(await fs.identity(result.path))) {
    await requireDisks(replacing);
    throw resultGone(result.path);
  }
  throw new DffmpegError('result-damaged', `${result.path} has changed since it was verified.`, {
    hint: 'Nothing was replaced. Encode the source again.',
  });
}

/** Where nothing is seen of a result: throws `disconnected` where its disk, or that of the source, is most likely away. */
async function requireDisks({ source, result, fs }: Replacing): Promise<void> {
  if (!(await isSourceAt(source.path, source, fs))) {
    await requireFolder(source, fs);
    await requireDisk(source);
  }
  const folder = path.dirname(result.path);
  if (folder === path.dirname(source.path)) return;
  if ((await fs.identity(folder))?.device !== result.identity.device) throw diskAway(folder);
}

/** Names the record of a move of the result: to the source’s place, or home. */
function moveKey({ jobId }: ReplacedSource, step: 'result' | 'home'): string {
  return `${jobId}-${step}`;
}

/** Of this machine, and of this moment, as where its own notes find no room: it is asked again. */
const passing = new Set(['EAGAIN', 'EINTR', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EDQUOT']);

/** What the system says of a disk that does not answer says nothing of what lies where: it is asked again until it does. */
async function whileThere<T>({ path: source }: ReplacedSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isAway = error instanceof DffmpegError && error.code === 'destination-away';
    const cause = isAway ? error.cause : error;
    const code = errnoCode(cause);
    if (!isAway && (error instanceof DffmpegError || code === undefined)) throw error;
    if (!isAway && !isDiskAway(cause) && !passing.has(code ?? ''))
      throw new DffmpegError(
        'destination-unwritable',
        `The files of ${source} cannot be renamed (${code}).`,
        {
          hint: 'Both are there. See in the log of the daemon what the system said, or replace it by hand.',
          cause: error,
        },
      );
    throw new DffmpegError(
      'disconnected',
      `The files of ${source} cannot be reached now (${code ?? 'unknown'}).`,
      {
        hint: isDiskFull(cause)
          ? 'Free some space, also on the disk of the state folder: then it goes on.'
          : 'Connect its disk again: then it goes on.',
        cause: error,
      },
    );
  }
}

/** `clip.mov`, by a result called `….mp4`: `clip.mp4`. */
function withExtension(source: string, result: string): string {
  const { dir, name } = path.parse(source);
  return path.join(dir, `${name}${path.extname(result)}`);
}

function numbered(file: string, number: number): string {
  if (number === 1) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}-${number}${ext}`);
}

function asideGone(aside: string): DffmpegError {
  return new DffmpegError(
    'source-missing',
    `The source lies neither under its own name nor where it is kept once it is replaced: ${aside}.`,
    {
      hint: 'Where you have moved it, it lies there; put it back to one of the two to undo. Else look for it in a backup.',
    },
  );
}

function folderAway({ path: source }: ReplacedSource): DffmpegError {
  return new DffmpegError('destination-missing', `The folder ${path.dirname(source)} is not there.`, {
    hint: 'Connect its disk, then undo again.',
  });
}

function resultGone(file: string): DffmpegError {
  return new DffmpegError('result-damaged', `${file} is not there any more.`, {
    hint: 'Nothing was replaced. Encode the source again.',
  });
}

function nameTaken(source: ReplacedSource): DffmpegError {
  return new DffmpegError('conflict', `Another file is called ${source.path} by now.`, {
    hint: `Rename or move that file, then undo again; the source lies at ${asidePath(source)}.`,
  });
}
