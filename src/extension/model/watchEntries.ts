import type { WatchFolder, WatchFolderSpec } from '../../protocol/watchFolder.ts';

/** A row of the view: a folder that the daemon knows, or one that settings propose. */
export interface WatchEntry {
  /** Missing while nobody has activated it, unless it stands in config.jsonc. */
  readonly id?: string;
  readonly origin: WatchFolder['origin'];
  readonly spec: WatchFolderSpec;
  /** What the daemon says of it. */
  readonly told?: WatchFolder;
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
