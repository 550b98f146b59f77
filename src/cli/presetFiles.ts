import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readJsoncFile, type JsoncDocument } from '../client/jsoncFile.ts';
import { presetFileEnding } from '../encoding/presetCatalog.ts';

/** The files of a workspace that hold presets. */
export interface WorkspaceFiles {
  /** `.vscode/settings.json` */
  readonly settings?: JsoncDocument | undefined;
  /** `*.dffmpeg-presets.json`: of one name the later counts. */
  readonly presetFiles: readonly JsoncDocument[];
}

/**
 * Those of the nearest folder at or above this one that has any: `.vscode/settings.json`, and
 * `*.dffmpeg-presets.json` in it or in its `.vscode`.
 */
export async function workspaceFiles(folder: string): Promise<WorkspaceFiles> {
  for (let above = folder; ; above = path.dirname(above)) {
    const inside = path.join(above, '.vscode');
    const settings = await readJsoncFile(path.join(inside, 'settings.json'));
    const names = [...(await presetFilesIn(above)), ...(await presetFilesIn(inside))];
    const atTop = above === path.dirname(above);
    if (settings === undefined && names.length === 0 && !atTop) continue;
    const presetFiles = await Promise.all(names.map((file) => readJsoncFile(file)));
    return { settings, presetFiles: presetFiles.filter((document) => document !== undefined) };
  }
}

/** Sorted, so that of two files with the same preset the same one counts everywhere. */
async function presetFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((name) => name.endsWith(presetFileEnding))
    .sort()
    .map((name) => path.join(folder, name));
}
