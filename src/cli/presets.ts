import path from 'node:path';
import { builtinPresets } from '../encoding/builtinPresets.ts';
import { nearestName } from '../encoding/nearestName.ts';
import { presetNameSchema, presetSchema } from '../encoding/preset.ts';
import { schemaIssues } from '../encoding/schemaIssues.ts';
import { readJsoncFile, type JsoncDocument, type Problem } from '../client/jsoncFile.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { PresetOutput } from './jsonOutput.ts';

export interface PresetCatalog {
  /** Built-in first, then those of the daemon's config, then those of the workspace; of one name the last counts. */
  readonly presets: readonly PresetOutput[];
  /** What is wrong with presets that were left out. */
  readonly problems: readonly PresetProblem[];
}

export interface PresetProblem extends Problem {
  /** Missing when the file as a whole is wrong. */
  readonly preset?: string;
}

/** What can be named on this command line, here in this folder. */
export function presetCatalog(
  fromDaemon: readonly PresetOutput[],
  settings: JsoncDocument | undefined,
): PresetCatalog {
  const byName = new Map<string, PresetOutput>();
  for (const [name, preset] of Object.entries(builtinPresets))
    byName.set(name, { name, origin: 'built-in', preset });
  for (const preset of fromDaemon) byName.set(preset.name, preset);
  const workspace = workspacePresets(settings);
  for (const preset of workspace.presets) byName.set(preset.name, preset);
  return { presets: [...byName.values()], problems: workspace.problems };
}

/** `dffmpeg.presets` of the nearest `.vscode/settings.json` above a folder. */
export async function nearestSettings(folder: string): Promise<JsoncDocument | undefined> {
  for (let above = folder; ; above = path.dirname(above)) {
    const document = await readJsoncFile(path.join(above, '.vscode', 'settings.json'));
    if (document !== undefined || above === path.dirname(above)) return document;
  }
}

function workspacePresets(document: JsoncDocument | undefined): PresetCatalog {
  if (document === undefined) return { presets: [], problems: [] };
  const key = 'dffmpeg.presets';
  const value = isRecord(document.value) ? document.value[key] : undefined;
  if (value === undefined) return { presets: [], problems: document.problems };
  if (!isRecord(value))
    return {
      presets: [],
      problems: [{ place: document.place([key]), message: `${key} holds presets by name, in { }.` }],
    };
  const presets: PresetOutput[] = [];
  const problems: PresetProblem[] = [];
  for (const [name, entry] of Object.entries(value)) {
    const checkedName = presetNameSchema.safeParse(name);
    const checked = presetSchema.safeParse(entry);
    if (checkedName.success && checked.success) {
      presets.push({ name, origin: 'workspace', preset: checked.data });
      continue;
    }
    const issues = [checkedName.error, checked.error].flatMap((error) => (error ? schemaIssues(error) : []));
    for (const issue of issues)
      problems.push({
        preset: name,
        place: document.place([key, name, ...issue.path]),
        message: `Preset ${[name, ...issue.path].join('.')}: ${issue.message}`,
      });
  }
  return { presets, problems };
}

/** Throws `preset-unknown` with what there is, and `preset-invalid` for one that is there but wrong. */
export function choosePreset(catalog: PresetCatalog, name: string): PresetOutput {
  // A broken preset must not turn into the built-in one of the same name behind a person's back.
  const broken = catalog.problems.find(({ preset }) => preset === name);
  if (broken !== undefined)
    throw new DffmpegError('preset-invalid', `${broken.place}: ${broken.message}`, {
      hint: 'Correct it there; docs/presets.md lists every field.',
    });
  const found = catalog.presets.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  const names = catalog.presets.map((preset) => preset.name);
  const near = nearestName(name, names);
  throw new DffmpegError('preset-unknown', `There is no preset “${name}”.`, {
    hint: `${near === undefined ? '' : `Did you mean “${near}”? `}There are: ${names.join(', ')}.`,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
