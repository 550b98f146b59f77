import { findNodeAtLocation, getNodeValue, parseTree, type Node } from 'jsonc-parser';
import { presetFileEnding } from '../../encoding/presetCatalog.ts';
import { resolvePreset } from '../../encoding/presetResolve.ts';

/** A problem of a preset at its very place in a file. */
export interface PlacedProblem {
  readonly message: string;
  /** In UTF-16 units, as VS Code counts. */
  readonly offset: number;
  readonly length: number;
}

/** `settings`: a settings.json or a .code-workspace; `presets`: a `*.dffmpeg-presets.json`; `config`: config.jsonc. */
export type PresetTextKind = 'settings' | 'presets' | 'config';

/** Where the presets are in a file, by kind: the first that is there counts. */
const places: Readonly<Record<PresetTextKind, readonly (readonly string[])[]>> = {
  settings: [
    ['dffmpeg.presets'],
    // A .code-workspace file keeps its settings one level down.
    ['settings', 'dffmpeg.presets'],
  ],
  presets: [[]],
  config: [['presets']],
};

/** By its path; undefined: not one that is known by its name to hold presets. */
export function presetTextKind(path: string): 'settings' | 'presets' | undefined {
  if (path.endsWith(presetFileEnding)) return 'presets';
  return path.endsWith('/settings.json') || path.endsWith('.code-workspace') ? 'settings' : undefined;
}

/**
 * Checks the presets in the text of a file (JSON with comments). Broken JSON is VS Code's to report. `sources`:
 * what other names stand for, which the text itself overrules.
 */
export function findPresetProblems(
  text: string,
  kind: PresetTextKind = 'settings',
  sources: Readonly<Record<string, unknown>> = {},
): PlacedProblem[] {
  const root = parseTree(text, undefined, { allowTrailingComma: true });
  if (!root) return [];
  const properties = presetProperties(root, kind);
  const own = Object.fromEntries(properties.map(({ name, value }) => [name, getNodeValue(value) as unknown]));
  const others = { ...sources, ...own };
  return properties.flatMap(({ name, key, value }) => {
    const resolved = resolvePreset(name, own[name], others);
    if (resolved.ok) return [];
    return resolved.problems.map(({ path, message, hint }) => {
      const { offset, length } = placeOf(value, path) ?? key;
      return { message: `Preset “${name}”: ${message} ${hint}`, offset, length };
    });
  });
}

/** Where a preset's name stands, to open the editor there. */
export function findPreset(
  text: string,
  name: string,
  kind: PresetTextKind = 'settings',
): { offset: number; length: number } | undefined {
  const root = parseTree(text, undefined, { allowTrailingComma: true });
  return root && presetProperties(root, kind).find((property) => property.name === name)?.key;
}

function presetProperties(root: Node, kind: PresetTextKind): { name: string; key: Node; value: Node }[] {
  const presets = places[kind]
    .map((place) => findNodeAtLocation(root, [...place]))
    .find((node) => node?.type === 'object');
  return (presets?.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? [];
    const name = String(key?.value);
    return key && value && name !== '$schema' ? [{ name, key, value }] : [];
  });
}

/** The key of the field, else (a field that is missing) what should hold it; undefined: the preset itself. */
function placeOf(preset: Node, path: readonly (string | number)[]): Node | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(preset, path.slice(0, length));
    if (!node) continue;
    return node.parent?.type === 'property' ? node.parent.children?.[0] : node;
  }
  return undefined;
}
