import { addExtraArguments, pictureArguments } from './addExtraArguments.ts';
import type { OutputPreset } from './output.ts';

/**
 * The arguments of an output with the preset's further ones behind them, so that they win; they were checked with the
 * preset (extraArguments.ts). A first pass takes those of the picture alone.
 */
export function withExtraArguments(
  own: readonly string[],
  { extraArguments = [] }: Pick<OutputPreset, 'extraArguments'>,
  pass?: 'first-pass',
): string[] {
  return addExtraArguments(own, pass === undefined ? extraArguments : pictureArguments(extraArguments));
}
