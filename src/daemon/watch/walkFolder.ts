import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { errnoCode } from '../../files/errnoCode.ts';
import { isUnreadName } from '../../files/unreadName.ts';
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
  /** How many names of a folder are no text, so that nothing leads to what is called so. */
  readonly unreadNames: { readonly folder: string; readonly count: number }[];
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
  const walk: Walk = { files: [], folders: new Set(), unread: [], unreadNames: [] };
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
    let unread = 0;
    for (const entry of entries) {
      signal.throwIfAborted();
      const full = path.join(folder, entry.name);
      const relative = relativeName(root, full);
      const isMeant = entry.isDirectory()
        ? filter.entersFolder(relative)
        : entry.isFile() && filter.takesFile(relative);
      if (!isMeant) continue;
      if (await isUnreadName(full)) unread += 1;
      else if (entry.isDirectory()) below.push(full);
      else {
        const look = await lookAt(full);
        if (look) walk.files.push({ path: full, look });
      }
    }
    if (unread > 0) walk.unreadNames.push({ folder, count: unread });
    const own = await ownFolders(below);
    waiting.push(...below.filter((each) => !own.has(each)));
  }
  return walk;
}

/** From the watched folder on, with `/` between names. */
export function relativeName(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}
