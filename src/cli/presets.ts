import type { JsoncDocument, Problem } from '../client/jsoncFile.ts';
import { nearestName } from '../encoding/nearestName.ts';
import {
  presetCatalog as catalogOf,
  presetsOfFile,
  type BrokenPreset,
  type PresetEntry,
  type PresetLayer,
  type UsablePreset,
} from '../encoding/presetCatalog.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { PresetOutput } from './jsonOutput.ts';
import type { WorkspaceFiles } from './presetFiles.ts';

export interface PresetCatalog {
  /** Those that can be used: built-in names first. */
  readonly presets: readonly PresetOutput[];
  /** What is wrong with presets that were left out. */
  readonly problems: readonly PresetProblem[];
  /** Name → what was written under it, for `extends`. */
  readonly sources: Readonly<Record<string, unknown>>;
}

export interface PresetProblem extends Problem {
  /** Missing when the file as a whole is wrong. */
  readonly preset?: string;
  readonly hint?: string;
}

/** A file as a layer, and where a field of a preset stands in it. */
interface PresetDocument {
  readonly layer: PresetLayer;
  /** Of the file as a whole. */
  readonly problems: readonly Problem[];
  place(keys: readonly (string | number)[]): string;
}

const settingsKey = 'dffmpeg.presets';

/** What can be named on this command line, here in this folder. The daemon tells built-in ones too. */
export function presetCatalog(
  fromDaemon: readonly Pick<PresetOutput, 'name' | 'origin' | 'preset'>[],
  { settings, presetFiles }: WorkspaceFiles,
): PresetCatalog {
  const documents = [...presetFiles.map(inPresetFile), ...(settings ? [inSettings(settings)] : [])];
  const config = fromDaemon.filter(({ origin }) => origin === 'config');
  const { entries, sources } = catalogOf([
    { origin: 'config', presets: Object.fromEntries(config.map(({ name, preset }) => [name, preset])) },
    ...documents.map(({ layer }) => layer),
  ]);
  return {
    sources,
    presets: entries.flatMap((entry) => (entry.usable ? [outputOf(entry)] : [])),
    problems: [
      ...documents.flatMap(({ problems }) => problems),
      ...brokenOnes(entries).flatMap((entry) =>
        problemsIn(
          entry,
          documents.find(({ layer }) => layer.file === entry.file),
        ),
      ),
    ],
  };
}

/** Everything that one file holds, a `*.dffmpeg-presets.json` or a settings.json, whatever counts elsewhere. */
export function checkPresetFile(
  file: JsoncDocument,
  sources: PresetCatalog['sources'],
): { readonly right: readonly string[]; readonly problems: readonly PresetProblem[] } {
  const isSettings = Object.hasOwn(presetsOfFile(file.value) ?? {}, settingsKey);
  const document = isSettings ? inSettings(file) : inPresetFile(file);
  const { presets } = document.layer;
  const { entries } = catalogOf([
    { origin: 'config', presets: sources },
    { origin: 'workspace', presets },
  ]);
  const own = entries.filter(({ name }) => Object.hasOwn(presets, name));
  return {
    right: own.filter(({ usable }) => usable).map(({ name }) => name),
    problems: [...document.problems, ...brokenOnes(own).flatMap((entry) => problemsIn(entry, document))],
  };
}

/** Throws `preset-unknown` with what there is, and `preset-invalid` for one that is there but wrong. */
export function choosePreset(catalog: PresetCatalog, name: string): PresetOutput {
  // A broken preset must not turn into the built-in one of the same name behind a person's back.
  const broken = catalog.problems.find(({ preset }) => preset === name);
  if (broken !== undefined)
    throw new DffmpegError('preset-invalid', `${broken.place}: ${broken.message}`, {
      hint: broken.hint ?? 'Correct it there; docs/presets.md lists every field.',
    });
  const found = catalog.presets.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  const names = catalog.presets.map((preset) => preset.name);
  const near = nearestName(name, names);
  throw new DffmpegError('preset-unknown', `There is no preset “${name}”.`, {
    hint: `${near === undefined ? '' : `Did you mean “${near}”? `}There are: ${names.join(', ')}.`,
  });
}

function inPresetFile(document: JsoncDocument): PresetDocument {
  return presetDocument(document, 'file', [], document.value);
}

function inSettings(document: JsoncDocument): PresetDocument {
  return presetDocument(
    document,
    'workspace',
    [settingsKey],
    presetsOfFile(document.value)?.[settingsKey] ?? {},
  );
}

function presetDocument(
  document: JsoncDocument,
  origin: PresetLayer['origin'],
  root: readonly string[],
  value: unknown,
): PresetDocument {
  const presets = presetsOfFile(value);
  const isStrange = presets === undefined && document.problems.length === 0;
  const strange = {
    place: document.place(root),
    message: `${root[0] ?? 'This file'} holds presets by name, in { }.`,
  };
  return {
    layer: { origin, presets: presets ?? {}, file: document.file },
    problems: isStrange ? [strange] : document.problems,
    place: (keys) => document.place([...root, ...keys]),
  };
}

function brokenOnes(entries: readonly PresetEntry[]): BrokenPreset[] {
  return entries.flatMap((entry) => (entry.usable ? [] : [entry]));
}

function problemsIn({ name, problems }: BrokenPreset, document: PresetDocument | undefined): PresetProblem[] {
  return problems.map(({ path, message, hint }) => ({
    preset: name,
    place: document?.place([name, ...path]) ?? name,
    message: `Preset ${[name, ...path].join('.')}: ${message}`,
    hint,
  }));
}

function outputOf(entry: UsablePreset): PresetOutput {
  const { name, origin, file, preset } = entry;
  return {
    name,
    origin,
    ...(file === undefined ? {} : { file }),
    ...(entry.extends === undefined ? {} : { extends: entry.extends }),
    preset,
  };
}
