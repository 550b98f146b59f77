import { schemaIssues, type SchemaIssue } from '../../encoding/schemaIssues.ts';
import { presetNameSchema, presetSchema, type Preset } from '../../encoding/preset.ts';

export type PresetOrigin = 'built-in' | 'settings';

export type PresetEntry =
  | { readonly usable: true; readonly name: string; readonly origin: PresetOrigin; readonly preset: Preset }
  | {
      readonly usable: false;
      readonly name: string;
      readonly origin: 'settings';
      /** `path` is below the preset; empty: the preset itself or its name. */
      readonly problems: readonly SchemaIssue[];
    };

/** Built-in presets first, then those of the settings; one of the same name takes the built-in one's place. */
export function presetCatalog(
  builtIn: Readonly<Record<string, Preset>>,
  settings: Readonly<Record<string, unknown>>,
): PresetEntry[] {
  const entries = new Map<string, PresetEntry>();
  for (const [name, preset] of Object.entries(builtIn))
    entries.set(name, { usable: true, name, origin: 'built-in', preset });
  for (const [name, value] of Object.entries(settings)) entries.set(name, checkPreset(name, value));
  return [...entries.values()];
}

export function checkPreset(name: string, value: unknown): PresetEntry {
  const checkedName = presetNameSchema.safeParse(name);
  const checked = presetSchema.safeParse(value);
  if (checkedName.success && checked.success)
    return { usable: true, name, origin: 'settings', preset: checked.data };
  const problems = [
    ...(checkedName.error?.issues.map(({ message }) => ({ path: [], message })) ?? []),
    ...(checked.error ? schemaIssues(checked.error) : []),
  ];
  return { usable: false, name, origin: 'settings', problems };
}

/** One sentence for a person who tried to use a broken preset. */
export function brokenPresetSentence(name: string, problems: readonly SchemaIssue[]): string {
  const [first, ...more] = problems;
  const where = first && first.path.length > 0 ? ` (${first.path.join('.')})` : '';
  const rest = more.length === 0 ? '' : ` And ${more.length} more.`;
  return `The preset “${name}” cannot be used: ${first?.message ?? 'it is not a preset.'}${where}${rest}`;
}
