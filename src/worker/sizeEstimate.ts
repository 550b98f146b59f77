import type { Preset } from '../encoding/preset.ts';
import type { Probe } from '../encoding/probe.ts';

/** What a small result and its index take at most; less than this free is full. */
const leastBytes = 16 * 1024 * 1024;

/**
 * Bytes that the result will surely need. Constant quality cannot be foretold: it counts as nothing beyond
 * the least, so that no encode is turned away that would have fitted.
 */
export function surelyNeededBytes(preset: Preset, probe: Probe): number {
  const bitsPerSecond =
    (preset.video && preset.video.bitrate ? bits(preset.video.bitrate) : 0) +
    (preset.audio && preset.audio.bitrate ? bits(preset.audio.bitrate) : 0);
  // An average bit rate is undershot by easy material.
  const expected = ((probe.duration ?? 0) * bitsPerSecond * 0.7) / 8;
  return Math.max(leastBytes, expected);
}

/** `2500k`, `4M`. */
function bits(rate: string): number {
  return Number.parseFloat(rate) * (rate.endsWith('M') ? 1e6 : 1e3);
}
