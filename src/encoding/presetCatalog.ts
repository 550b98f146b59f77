import { builtinPresets } from './builtinPresets.ts';
import type { Preset } from './preset.ts';
import type { PresetProblem } from './presetCheck.ts';
import { resolvePreset } from './presetResolve.ts';

/** Where presets can come from, the weakest first: of one name the strongest counts. */
export const presetOrigins = ['built-in', 'config', 'user', 'file', 'workspace'] as const;
export type PresetOrigin = (typeof presetOrigins)[number];

/** What one place holds, unchecked. */
export interface PresetLayer {
  readonly origin: PresetOrigin;
  readonly presets: Readonly<Record<string, unknown>>;
  /** Path of the file, where there are several of an origin. */
  readonly file?: string | undefined;
}

interface EntryPlace {
  readonly name: string;
  readonly origin: PresetOrigin;
  readonly file?: string | undefined;
}

export type UsablePreset = EntryPlace & {
  readonly usable: true;
  readonly preset: Preset;
  /** The preset that it begins with. */
  readonly extends?: string | undefined;
};
export type BrokenPreset = EntryPlace & {
  readonly usable: false;
  readonly problems: readonly [PresetProblem, ...PresetProblem[]];
};
export type PresetEntry = UsablePreset | BrokenPreset;

export interface PresetCatalog {
  /** Built-in names first, in their order, then the others as they come. */
  readonly entries: readonly PresetEntry[];
  /** Name → what a person wrote under it: what `extends` means elsewhere. */
  readonly sources: Readonly<Record<string, unknown>>;
}

/** Everything that has a name, from layers in any order; of one origin a later layer counts more. */
export function presetCatalog(layers: readonly PresetLayer[]): PresetCatalog {
  const found = new Map<string, EntryPlace & { readonly source: unknown }>();
  for (const [name, source] of Object.entries(builtinPresets))
    found.set(name, { name, origin: 'built-in', source });
  for (const { origin, file, presets } of layers.toSorted(byStrength))
    for (const [name, source] of Object.entries(presets))
      found.set(name, { name, origin, ...(file === undefined ? {} : { file }), source });
  const sources = Object.fromEntries([...found.values()].map(({ name, source }) => [name, source]));
  return { sources, entries: [...found.values()].map((place) => entryOf(place, sources)) };
}

function byStrength(a: PresetLayer, b: PresetLayer): number {
  return presetOrigins.indexOf(a.origin) - presetOrigins.indexOf(b.origin);
}

function entryOf(
  { source, ...place }: EntryPlace & { readonly source: unknown },
  sources: PresetCatalog['sources'],
): PresetEntry {
  if (place.origin === 'built-in' && source === builtinPresets[place.name])
    return { ...place, usable: true, preset: source as Preset };
  const resolved = resolvePreset(place.name, source, sources);
  if (!resolved.ok) return { ...place, usable: false, problems: resolved.problems };
  const base = (source as { readonly extends?: string }).extends;
  return {
    ...place,
    usable: true,
    preset: resolved.preset,
    ...(base === undefined ? {} : { extends: base }),
  };
}

/** The presets of a parsed `*.dffmpeg-presets.json`: all its names but `$schema`. */
export function presetsOfFile(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== '$schema'));
}

export const presetFileEnding = '.dffmpeg-presets.json';

/** One sentence for a person who tried to use a broken preset. */
export function brokenPresetSentence({ name, problems }: BrokenPreset): string {
  const [first, ...more] = problems;
  const where = first.path.length > 0 ? ` (${first.path.join('.')})` : '';
  const rest = more.length === 0 ? '' : ` And ${more.length} more.`;
  return `The preset “${name}” cannot be used: ${first.message}${where}${rest}`;
}

/** What a person reads of a preset without a description of its own. */
export function descriptionOf(entry: Pick<UsablePreset, 'preset' | 'extends'>): string | undefined {
  return entry.preset.description ?? (entry.extends === undefined ? undefined : `Like “${entry.extends}”.`);
}
