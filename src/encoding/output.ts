import { containerTable } from './containers.ts';
import type { Container } from './presetNames.ts';
import type { Condition, NamedOutput, Preset } from './preset.ts';

/** One result as it is to be made: everything inherited is in it, and the container is known. */
export interface OutputPreset extends Omit<NamedOutput, 'container' | 'when' | 'file'> {
  /** Missing for a preset's only output. */
  readonly name?: string | undefined;
  readonly container: Container;
  readonly when?: Condition | undefined;
  readonly file?: string | undefined;
}

/** What kind of thing a container holds: decides which steps a plan has. */
export type OutputKind = 'film' | 'sound' | 'animation' | 'still' | 'ladder';

export function outputKind(output: Pick<OutputPreset, 'container'>): OutputKind {
  return containerTable[output.container].kind;
}

/** Where a field of an output stands in its preset, for problems: its own, or the preset's that it inherits. */
export function fieldPath(
  preset: Preset,
  output: OutputPreset,
  path: readonly (string | number)[],
): (string | number)[] {
  if (output.name === undefined) return [...path];
  let own: unknown = preset.outputs?.[output.name];
  for (const key of path) {
    if (typeof own !== 'object' || own === null || !Object.hasOwn(own, key)) return [...path];
    own = (own as Record<string | number, unknown>)[key];
  }
  return ['outputs', output.name, ...path];
}
