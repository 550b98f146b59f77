import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { errnoCode } from '../../files/errnoCode.ts';
import { lookAt } from './fileLook.ts';
import type { FileLook } from './settlingFiles.ts';
import type { WatchFilter } from './watchFilter.ts';

export interface FoundFile {
  readonly path: string;
  readonly look: FileLook;
}

export interface Walk {
  readonly files: FoundFile[];
  readonly folders: Set<string>;
  /** Folders that could not be read. */
  readonly unread: { readonly folder: string; readonly error: unknown }[];
}

export interface WalkOptions {
  /** The watched folder. */
  readonly root: string;
  readonly filter: WatchFilter;
  /** Folders of results among these. */
  readonly ownFolders: (folders: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;
  /** Before a folder is read. */
  readonly onFolder: (folder: string) => void;
  readonly signal: AbortSignal;
}

/** Files of the watched folder that its filter means, at and below `from`. Links are not followed. */
export async function walkFolder(from: string, options: WalkOptions): Promise<Walk> {
  const { root, filter, ownFolders, onFolder, signal } = options;
  const walk: Walk = { files: [], folders: new Set(), unread: [] };
  const waiting = [from];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    signal.throwIfAborted();
    onFolder(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (errnoCode(error) !== 'ENOENT' || folder === root) walk.unread.push({ folder: folder ?? '', error });
      return undefined;
    });
    if (entries === undefined) continue;
    walk.folders.add(folder);
    const below: string[] = [];
    for (const entry of entries) {
      signal.throwIfAborted();
      const full = path.join(folder, entry.name);
      const relative = relativeName(root, full);
      if (entry.isDirectory()) {
        if (filter.entersFolder(relative)) below.push(full);
      } else if (entry.isFile() && filter.takesFile(relative)) {
        const look = await lookAt(full);
        if (look) walk.files.push({ path: full, look });
      }
    }
    const own = await ownFolders(below);
    waiting.push(...below.filter((each) => !own.has(each)));
  }
  return walk;
}

/** From the watched folder on, with `/` between names. */
export function relativeName(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}
