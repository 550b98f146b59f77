import { constants } from 'node:fs';
import { lstat, open, realpath, stat, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { SourceState } from '../protocol/fileState.ts';
import { errnoCode } from './errnoCode.ts';
import { sourceIdentity, stateOf } from './sourceFile.ts';

export interface AssetFile {
  /** Relative to the source's folder: as the preset names it, with the source’s name in it. */
  readonly asset: string;
  /** The source's folder: what lies outside it, links followed, is not read. */
  readonly folder: string;
  readonly maxBytes: number;
}

export interface AssetCopy extends AssetFile {
  /** Where the copy goes; must not be there. */
  readonly target: string;
}

/** Links are followed before, never at the last moment; a pipe does not make the reader wait. */
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Copies a file that a preset names (a LUT, a watermark, subtitles). A preset may be somebody else's: it reads
 * regular files below the source's folder and nothing else. Throws `asset-unusable`.
 */
export async function copyAsset(copy: AssetCopy): Promise<void> {
  const { asset, maxBytes, target } = copy;
  const { handle } = await openAsset(copy);
  try {
    const chunks: Buffer[] = [];
    // One byte more than allowed: the file may have grown since it was looked at.
    for await (const chunk of handle.createReadStream({ autoClose: false, end: maxBytes }))
      chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    if (content.length > maxBytes) throw tooLarge(asset, maxBytes);
    await writeFile(target, content, { flag: 'wx' });
  } finally {
    await handle.close();
  }
}

/** Where such a file lies, links followed, and its state. It is still that file for as long as its identity is the same. */
export async function lookAtAsset(asset: AssetFile): Promise<{ file: string; state: SourceState }> {
  const { handle, file } = await openAsset(asset);
  try {
    return { file, state: stateOf(sourceIdentity(file, await handle.stat({ bigint: true }))) };
  } finally {
    await handle.close();
  }
}

async function openAsset({
  asset,
  folder,
  maxBytes,
}: AssetFile): Promise<{ handle: FileHandle; file: string }> {
  const file = await resolveBelow(asset, folder);
  const before = await stat(file).catch((error: unknown) => {
    throw unreadable(asset, error);
  });
  if (!before.isFile()) throw unusable(`${asset} is not a regular file.`, 'Name a file in the preset.');
  if (before.size > maxBytes) throw tooLarge(asset, maxBytes);
  const handle = await open(file, readFlags).catch((error: unknown) => {
    throw unreadable(asset, error);
  });
  try {
    const opened = await handle.stat();
    // Somebody may have put a link or another file there between the look and the opening.
    const same = await lstat(await resolveBelow(asset, folder));
    if (!opened.isFile() || opened.ino !== same.ino || opened.dev !== same.dev)
      throw unusable(`${asset} changed while it was opened.`, 'Retry the job.');
    return { handle, file };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Without links, and proved to be below the folder. */
async function resolveBelow(asset: string, folder: string): Promise<string> {
  try {
    const [top, file] = [await realpath(folder), await realpath(path.join(folder, asset))];
    const below = path.relative(top, file);
    if (below === '' || below === '..' || below.startsWith(`..${path.sep}`) || path.isAbsolute(below))
      throw unusable(
        `${asset} does not lie in the folder of the source.`,
        'Put the file itself there, not a link to it.',
      );
    return file;
  } catch (error) {
    throw error instanceof DffmpegError ? error : unreadable(asset, error);
  }
}

export function tooLarge(asset: string, maxBytes: number): DffmpegError {
  return unusable(
    `${asset} is larger than ${Math.floor(maxBytes / 1e6)} MB, which is too much for such a file.`,
    'Choose a smaller file.',
  );
}

function unreadable(asset: string, error: unknown): DffmpegError {
  const code = errnoCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return unusable(
      `There is no ${asset} in the folder of the source.`,
      'Put the file there, or take it out of the preset.',
      error,
    );
  return unusable(
    `${asset} may not be read (${code ?? 'unknown error'}).`,
    'Allow your user to read it.',
    error,
  );
}

function unusable(message: string, hint: string, cause?: unknown): DffmpegError {
  return new DffmpegError('asset-unusable', message, { hint, cause });
}
