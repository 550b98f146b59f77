import { findNodeAtLocation, getNodeValue, parseTree, type Node } from 'jsonc-parser';
import { checkPreset } from './presetCatalog.ts';

/** A problem of `dffmpeg.presets` at its very place in a settings file. */
export interface PlacedProblem {
  readonly message: string;
  /** In UTF-16 units, as VS Code counts. */
  readonly offset: number;
  readonly length: number;
}

const places = [
  ['dffmpeg.presets'],
  // A .code-workspace file keeps its settings one level down.
  ['settings', 'dffmpeg.presets'],
];

/** Checks the presets in the text of a settings file (JSON with comments). Broken JSON is VS Code's to report. */
export function findPresetProblems(text: string): PlacedProblem[] {
  const root = parseTree(text, undefined, { allowTrailingComma: true });
  if (!root) return [];
  return presetProperties(root).flatMap(({ name, key, value }) => {
    const entry = checkPreset(name, getNodeValue(value));
    if (entry.usable) return [];
    return entry.problems.map(({ path, message }) => {
      const { offset, length } = placeOf(value, path) ?? key;
      return { message: `Preset “${name}”: ${message}`, offset, length };
    });
  });
}

/** Where a preset's name stands, to open the editor there. */
export function findPreset(text: string, name: string): { offset: number; length: number } | undefined {
  const root = parseTree(text, undefined, { allowTrailingComma: true });
  return root && presetProperties(root).find((property) => property.name === name)?.key;
}

function presetProperties(root: Node): { name: string; key: Node; value: Node }[] {
  const presets = places
    .map((place) => findNodeAtLocation(root, place))
    .find((node) => node?.type === 'object');
  return (presets?.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? [];
    return key && value ? [{ name: String(key.value), key, value }] : [];
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
