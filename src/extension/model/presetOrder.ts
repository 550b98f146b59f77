import { featuredPresets } from '../../encoding/builtinPresets.ts';
import type { PresetEntry } from '../../encoding/presetCatalog.ts';

/** Presets as people look for them. Each is in exactly one group. */
export interface PresetGroups {
  readonly lastUsed: readonly PresetEntry[];
  readonly featured: readonly PresetEntry[];
  /** Of the settings, of files, of the workspace; also what replaces a built-in one. */
  readonly own: readonly PresetEntry[];
  /** Built-in ones for those who look for them. */
  readonly more: readonly PresetEntry[];
}

export function groupPresets(entries: readonly PresetEntry[], lastUsed?: string): PresetGroups {
  const rest = entries.filter(({ name }) => name !== lastUsed);
  const builtIn = rest.filter(({ origin }) => origin === 'built-in');
  const isFeatured = ({ name }: PresetEntry): boolean => featuredPresets.includes(name);
  return {
    lastUsed: entries.filter(({ name }) => name === lastUsed),
    featured: builtIn.filter(isFeatured),
    own: rest.filter(({ origin }) => origin !== 'built-in'),
    more: builtIn.filter((entry) => !isFeatured(entry)),
  };
}
