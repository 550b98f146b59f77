import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMediaFileName } from '../encoding/mediaExtensions.ts';
import { errnoCode } from './errnoCode.ts';
import { isUnreadName, unreadNames } from './unreadName.ts';

export interface ScannedFile {
  path: string;
  bytes: number;
}

export interface SkippedPath {
  path: string;
  /** One sentence for a person. */
  why: string;
}

export interface ScanResult {
  /** In the order of the paths asked for, folders in the order of their names. */
  files: ScannedFile[];
  skipped: SkippedPath[];
}

export interface ScanOptions {
  /** Whether a file found in a folder is a result of our own. Files named directly are taken all the same. */
  isOwnOutput: (file: string) => boolean;
  /** Whether a folder is a result of our own: full of files that are media, too. */
  isOwnFolder: (folder: string) => boolean;
  signal?: AbortSignal;
}

/**
 * The media files among `paths` and below the folders among them. In folders: by extension, no links (a loop
 * or another disk may hide behind one), nothing hidden, no node_modules, no names that are no text, which are counted. What is named directly is taken
 * whatever its name and link: the person chose it.
 */
export async function scanSources(paths: readonly string[], options: ScanOptions): Promise<ScanResult> {
  const result: ScanResult = { files: [], skipped: [] };
  const seen = new Set<string>();
  for (const named of paths) {
    options.signal?.throwIfAborted();
    try {
      const stats = await stat(named);
      if (stats.isDirectory()) await scanFolder(path.normalize(named), options, seen, result);
      else if (!stats.isFile())
        result.skipped.push({ path: named, why: 'It is neither a file nor a folder.' });
      else take({ path: path.normalize(named), bytes: stats.size }, seen, result);
    } catch (error) {
      options.signal?.throwIfAborted();
      result.skipped.push({ path: named, why: sentence(error) });
    }
  }
  return result;
}

async function scanFolder(
  top: string,
  options: ScanOptions,
  seen: Set<string>,
  result: ScanResult,
): Promise<void> {
  const waiting = [top];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    options.signal?.throwIfAborted();
    const { files, folders } = await readFolder(folder, options, result);
    for (const file of files) {
      options.signal?.throwIfAborted();
      try {
        const { size } = await stat(file);
        take({ path: file, bytes: size }, seen, result);
      } catch (error) {
        result.skipped.push({ path: file, why: sentence(error) });
      }
    }
    waiting.push(...folders.reverse());
  }
}

async function readFolder(
  folder: string,
  options: ScanOptions,
  result: ScanResult,
): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  let unread = 0;
  try {
    for await (const entry of await opendir(folder)) {
      options.signal?.throwIfAborted();
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const full = path.join(folder, entry.name);
      const isMedia = isMediaFileName(entry.name);
      if ((isMedia || entry.isDirectory()) && (await isUnreadName(full))) unread += 1;
      else if (entry.isDirectory()) {
        if (options.isOwnFolder(full)) result.skipped.push({ path: full, why: ownResult });
        else folders.push(full);
      } else if (isMedia) {
        const why = whyNot(entry, full, options);
        if (why === undefined) files.push(full);
        else result.skipped.push({ path: full, why });
      }
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    result.skipped.push({ path: folder, why: sentence(error) });
  }
  // Before what is left out on purpose: of a long list only the beginning is shown.
  if (unread > 0) result.skipped.unshift({ path: folder, why: unreadNames(unread) });
  return { files: files.sort(byName), folders: folders.sort(byName) };
}

const ownResult = 'It is a result of an earlier encode.';

function whyNot(entry: Dirent, full: string, options: ScanOptions): string | undefined {
  if (entry.isSymbolicLink()) return 'It is a link; links in folders are not followed.';
  if (!entry.isFile()) return 'It is not a regular file.';
  if (options.isOwnOutput(full)) return ownResult;
  return undefined;
}

function take(file: ScannedFile, seen: Set<string>, result: ScanResult): void {
  if (seen.has(file.path)) return;
  seen.add(file.path);
  result.files.push(file);
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sentence(error: unknown): string {
  switch (errnoCode(error) ?? '') {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'It does not exist.';
    case 'EACCES':
    case 'EPERM':
      return 'It may not be read by this user.';
    case 'ELOOP':
      return 'It is a link that leads in a circle.';
    default:
      return 'It cannot be read.';
  }
}
