import type { OutputPreset } from './output.ts';
import type { Preset } from './preset.ts';
import { maxOutputs } from './presetComplete.ts';
import { outputsOf } from './presetOutputs.ts';

/** A file below the source’s folder that an output is made with, as the preset names it. */
export interface Asset {
  readonly asset: string;
  readonly maxBytes: number;
}

/** What a file of each kind may have at most: it is held in memory. */
export const assetLimits = {
  watermark: 64 * 1024 * 1024,
  lut: 64 * 1024 * 1024,
  subtitles: 16 * 1024 * 1024,
} as const;

/** Of one preset: each output names one of each kind. */
export const maxAssets = maxOutputs * Object.keys(assetLimits).length;

/** All that these outputs may be made with, by their places in `outputsOf`; each file once. */
export function assetsOf(preset: Preset, indices: readonly number[]): Asset[] {
  const outputs = outputsOf(preset);
  const all = indices.flatMap((index) => outputs[index] ?? []).flatMap(assetsOfOutput);
  return [...new Map(all.map((each) => [each.asset, each])).values()];
}

/** Whether it is depends on the source, too: one without a picture wants none. */
function assetsOfOutput({ video }: OutputPreset): Asset[] {
  if (!video || video.copy === true) return [];
  const { watermark, lut, burnSubtitles } = video;
  const named = [
    { asset: watermark?.file, maxBytes: assetLimits.watermark },
    { asset: lut, maxBytes: assetLimits.lut },
    { asset: burnSubtitles?.file, maxBytes: assetLimits.subtitles },
  ];
  return named.flatMap(({ asset, maxBytes }) => (asset === undefined ? [] : [{ asset, maxBytes }]));
}
