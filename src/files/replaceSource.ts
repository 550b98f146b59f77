import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/workerContract.ts';
import { asidePath, putBack, setAside, type AsidePlace, type ReplacedSource } from './aside.ts';
import { toDestinationError } from './destinationError.ts';
import { sameInode } from './placementRecord.ts';
import { recoverPlacement } from './placing.ts';

/** A verified result that has its place beside the source. */
export interface PlacedResult {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly bytes: number;
}

export interface Replacing extends AsidePlace {
  readonly source: ReplacedSource;
  readonly result: PlacedResult;
}

/** Names tried at most: `clip.mp4`, `clip-2.mp4`, … */
const maxNames = 1000;

/**
 * The source goes aside, then the result gets its name with the result's extension: `clip.mov` → `clip.mp4`, and
 * `clip-2.mp4` where another file is called so. Nothing is ever written over or deleted; a kill at any step leaves
 * both files, each under one of its names, and the same call brings it to its end. A failure puts the source back.
 * Throws `source-changed`, `result-damaged` or one of the `destination-…` errors.
 */
export async function replaceSource(replacing: Replacing): Promise<PlacedResult> {
  const { source, result, fs } = replacing;
  const begun = sameInode(await fs.identity(asidePath(source)), source.identity);
  if (!begun) await requireResult(replacing);
  await setAside(source, replacing);
  try {
    const moved = await moveToFirstFree(replacing, withExtension(source.path, result.path), 'result');
    if (moved) return moved;
    throw resultGone(result.path);
  } catch (error) {
    if ((await putBack(source, replacing)) !== 'placed') throw notBack(source, error);
    throw toDestinationError(error, path.dirname(source.path));
  }
}

/**
 * The other way round: the result goes to `home` (or the next number there), where it was before, then the source
 * gets its own name back. A result that a person has moved or removed meanwhile is left alone, and undefined is
 * returned. Throws `conflict` when another file has the source's name, `source-missing` when nothing lies aside.
 */
export async function restoreSource(
  replacing: Replacing & { readonly home: string },
): Promise<PlacedResult | undefined> {
  const { source, result, home, fs } = replacing;
  const aside = asidePath(source);
  const there = await fs.identity(source.path);
  const isBack = sameInode(there, source.identity);
  if (!isBack && !sameInode(await fs.identity(aside), source.identity))
    throw (await fs.isFolder(path.dirname(source.path))) ? asideGone(aside) : folderAway(source);
  const isResult = result.path === source.path && sameInode(there, result.identity);
  // What is empty may be the reservation of an undo that was cut off: `putBack` knows.
  if (there && !isBack && !isResult && !(await fs.isEmpty(source.path))) throw nameTaken(source);
  const moved = await moveToFirstFree(replacing, home, 'home');
  switch (await putBack(source, replacing)) {
    case 'placed':
      return moved;
    case 'taken':
      throw nameTaken(source);
    case 'gone':
      throw asideGone(aside);
  }
}

/** Undefined when the result is neither where it was nor under one of these names. */
async function moveToFirstFree(
  { source, result, recordDir, fs }: Replacing,
  wanted: string,
  step: 'result' | 'home',
): Promise<PlacedResult | undefined> {
  const { path: staged, identity } = result;
  for (let number = 1; number <= maxNames; number += 1) {
    const target = numbered(wanted, number);
    if (target === staged && sameInode(await fs.identity(target), identity)) return result;
    const key = `${source.jobId}-${step}`;
    const outcome = await recoverPlacement({ staged, identity, path: target, recordDir, key, fs });
    const there = await fs.identity(target);
    if (outcome === 'placed' && there) return { ...result, path: target, identity: there };
    if (outcome === 'gone' && !there) return undefined;
  }
  throw new DffmpegError('destination-unwritable', `Every name like ${wanted} is taken.`, {
    hint: 'Clean that folder up, and try again.',
  });
}

async function requireResult({ result, fs }: Replacing): Promise<void> {
  const there = sameInode(await fs.identity(result.path), result.identity);
  if (!there) throw resultGone(result.path);
  if ((await fs.bytes(result.path)) !== result.bytes)
    throw new DffmpegError('result-damaged', `${result.path} has changed since it was verified.`, {
      hint: 'Nothing was replaced. Encode the source again.',
    });
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

/** The disk is away, most likely: it is tried again until both files have their names. */
function notBack(source: ReplacedSource, cause: unknown): DffmpegError {
  return new DffmpegError(
    'disconnected',
    `${source.path} could not be given its name again; it lies at ${asidePath(source)}.`,
    { hint: 'Connect its disk again, or move the file that has its name: then it goes on.', cause },
  );
}

function asideGone(aside: string): DffmpegError {
  return new DffmpegError('source-missing', `${aside} is gone: the source cannot be brought back.`, {
    hint: 'Look for it in a backup.',
  });
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
