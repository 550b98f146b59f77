import type { OutputPreset } from './output.ts';

/**
 * The preset's further arguments, last before the muxer so that they win. They were checked with the preset
 * (extraArguments.ts). `video`: only what concerns the picture, for a first pass.
 */
export function extraArgumentsOf(output: OutputPreset, only?: 'video'): readonly string[] {
  const extra = output.extraArguments ?? [];
  return only === undefined ? extra : extra;
}
