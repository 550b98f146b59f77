import { filterEntry } from './filterTable.ts';
import type { FilterName } from './filterTable.ts';
import type { SegmentSafety } from './plan.ts';
import { strictest } from './segmentSafety.ts';

/** One of ffmpeg's filters with its options, as it stands in a graph. */
export interface Filter {
  readonly name: FilterName;
  readonly text: string;
}

/** A second picture that is laid over, or used on, the first. */
export interface Branch {
  /** Filters that make it, beginning with a source such as `movie`. */
  readonly side: readonly Filter[];
  /** The filter with two inputs, first the main picture. */
  readonly join: Filter;
}

/** The main picture as the source of its own palette. */
export interface Palette {
  readonly generate: Filter;
  readonly use: Filter;
}

export type Node = Filter | Branch | Palette;

/**
 * All that reaches a filter is ours: names of files in the working folder, numbers, ffmpeg's words and
 * expressions over them. So nothing is escaped, and whatever would need it is a mistake of this program.
 */
const plainValue = /^[\w.+\-/*(),<>|% ]+$/;

export function filter(
  name: FilterName,
  options: Readonly<Record<string, string | number | undefined>> = {},
): Filter {
  const parts = Object.entries(options).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const text = typeof value === 'number' ? decimal(value) : value;
    if (!plainValue.test(text)) throw new Error(`A filter’s option would need escaping: ${name} ${key}`);
    // A comma would end the filter.
    return [`${key}=${text.includes(',') ? `'${text}'` : text}`];
  });
  return { name, text: parts.length === 0 ? name : `${name}=${parts.join(':')}` };
}

/** Never in exponents, which some of ffmpeg's options do not read. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(6)));
}

/** A filtergraph with one unnamed input and one unnamed output; '' for nothing. Labels begin with `prefix`. */
export function graphText(nodes: readonly Node[], prefix = 'p'): string {
  let text = '';
  let labels = 0;
  const label = () => `[${prefix}${labels++}]`;
  const append = (part: string) => (text += text === '' || text.endsWith(']') ? part : `,${part}`);
  for (const node of nodes) {
    if ('text' in node) append(node.text);
    else if ('side' in node) {
      const [main, side] = [label(), label()];
      if (text === '') append('null');
      text += `${main};${node.side.map((each) => each.text).join(',')}${side};${main}${side}${node.join.text}`;
    } else {
      const [one, two, palette] = [label(), label(), label()];
      append(`split${one}${two};${one}${node.generate.text}${palette};${two}${palette}${node.use.text}`);
    }
  }
  return text;
}

/** Every filter in it. */
export function filterNames(nodes: readonly Node[]): FilterName[] {
  return nodes.flatMap((node): FilterName[] => {
    if ('text' in node) return [node.name];
    if ('side' in node) return [...node.side.map((each) => each.name), node.join.name];
    return ['split', node.generate.name, node.use.name];
  });
}

export function graphSafety(nodes: readonly Node[]): SegmentSafety {
  return strictest(filterNames(nodes).map((name) => filterEntry(name).segmentSafe));
}
