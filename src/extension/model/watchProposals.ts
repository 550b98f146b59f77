import path from 'node:path';
import { watchFolderSpecSchema } from '../../protocol/watchFolder.ts';
import type { WatchEntry } from './watchEntries.ts';

/** What a setting proposes; what is wrong in it is left out, VS Code underlines it. */
export function proposedFolders(
  value: unknown,
  given: {
    readonly origin: 'vscode' | 'workspace';
    readonly home: string;
    readonly folder: string | undefined;
  },
): WatchEntry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown): WatchEntry[] => {
    if (typeof each !== 'object' || each === null || !('path' in each) || typeof each.path !== 'string')
      return [];
    const whole = wholePath(each.path, given.home, given.folder);
    const read = watchFolderSpecSchema.safeParse({ ...each, path: whole });
    return read.success ? [{ origin: given.origin, spec: read.data }] : [];
  });
}

function wholePath(typed: string, home: string, folder: string | undefined): string {
  // As a function: a folder may have `$` in its name.
  const inFolder = folder === undefined ? typed : typed.replace('${workspaceFolder}', () => folder);
  // Without a slash at the end, as the daemon writes it: so that both are one row.
  if (inFolder === '~' || /^~[\\/]/.test(inFolder)) return path.resolve(path.join(home, inFolder.slice(1)));
  if (path.isAbsolute(inFolder)) return path.resolve(inFolder);
  return folder === undefined ? inFolder : path.resolve(folder, inFolder);
}
