import path from 'node:path';
import { watchFolderSpecSchema, type WatchFolder, type WatchFolderSpec } from '../../protocol/watchFolder.ts';

/** A row of the view: a folder that the daemon knows, or one that settings propose. */
export interface WatchEntry {
  /** Missing while nobody has activated it, unless it stands in config.jsonc. */
  readonly id?: string;
  readonly origin: WatchFolder['origin'];
  readonly spec: WatchFolderSpec;
  /** What the daemon says of it. */
  readonly told?: WatchFolder;
}

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

/** What the daemon knows first; a proposal that was activated is one with it. */
export function withProposals(told: readonly WatchFolder[], proposed: readonly WatchEntry[]): WatchEntry[] {
  const known = told.map((folder) => ({
    ...{ id: folder.id, origin: folder.origin, spec: folder.spec, told: folder },
  }));
  const seen = new Set(known.map(({ spec }) => keyOf(spec)));
  return [...known, ...proposed.filter(({ spec }) => !seen.has(keyOf(spec)) && seen.add(keyOf(spec)))];
}

export function keyOf({ path: folder, preset }: Pick<WatchFolderSpec, 'path' | 'preset'>): string {
  return `${folder}\0${preset}`;
}

function wholePath(typed: string, home: string, folder: string | undefined): string {
  // As a function: a folder may have `$` in its name.
  const inFolder = folder === undefined ? typed : typed.replace('${workspaceFolder}', () => folder);
  // Without a slash at the end, as the daemon writes it: so that both are one row.
  if (inFolder === '~' || /^~[\\/]/.test(inFolder)) return path.resolve(path.join(home, inFolder.slice(1)));
  if (path.isAbsolute(inFolder)) return path.resolve(inFolder);
  return folder === undefined ? inFolder : path.resolve(folder, inFolder);
}
