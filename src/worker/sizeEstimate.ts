import { outputKind, type OutputPreset } from '../encoding/output.ts';
import { bitsPerSecond, bytesOf } from '../encoding/presetValues.ts';
import type { Probe } from '../encoding/probe.ts';

/** What a small result and its index take at most; less than this free is full. */
const leastBytes = 16 * 1024 * 1024;

/**
 * Bytes that the result will surely need. Constant quality cannot be foretold: it counts as nothing beyond
 * the least, so that no encode is turned away that would have fitted.
 */
export function surelyNeededBytes(output: OutputPreset, probes: readonly Probe[]): number {
  const { video, audio, trim, ladder } = output;
  // A part of the source may be short; a still is one frame; easy material needs less than the size asked for.
  if (trim !== undefined || outputKind(output) === 'still') return leastBytes;
  if (video && video.targetSize !== undefined) return Math.max(leastBytes, bytesOf(video.targetSize) * 0.5);
  const rates = [
    video && video.copy !== true ? video.bitrate : undefined,
    audio ? audio.bitrate : undefined,
    ...(ladder?.rungs ?? []).map(({ bitrate }) => bitrate),
  ];
  const sum = rates.reduce((total, rate) => total + (rate === undefined ? 0 : bitsPerSecond(rate)), 0);
  const duration = probes.reduce((total, probe) => total + (probe.duration ?? 0), 0);
  // An average bit rate is undershot by easy material, and rungs taller than the source are left out.
  return Math.max(leastBytes, (duration * sum * (ladder === undefined ? 0.7 : 0.2)) / 8);
}
