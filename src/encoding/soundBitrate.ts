import { audioEncoderTable } from './audioEncoders.ts';
import type { AudioEncoder } from './presetNames.ts';
import { bitsPerSecond } from './presetValues.ts';

/** The bit rate that is asked for, within what the encoder takes of this sound; missing: its usual one. */
export function bitrateWithin(
  asked: string | undefined,
  encoder: AudioEncoder,
  channels: number,
  sampleRate: number,
): { value: number; note?: string } | undefined {
  const range = bitrateRange(encoder, channels, sampleRate);
  if (asked === undefined || range === undefined) return undefined;
  const value = bitsPerSecond(asked);
  const { codec } = audioEncoderTable[encoder];
  const { min, max } = range;
  if (value > max) return { value: max, note: `${codec} has at most ${kilobits(max)} here, not ${asked}` };
  if (value < min) return { value: min, note: `${codec} has at least ${kilobits(min)} here, not ${asked}` };
  return { value };
}

/** Bits per second; missing where a bit rate means nothing. */
export function bitrateRange(
  encoder: AudioEncoder,
  channels: number,
  sampleRate: number,
): { min: number; max: number } | undefined {
  const { bitrates, lossless } = audioEncoderTable[encoder];
  if (bitrates === undefined || lossless === true) return undefined;
  const times = bitrates.perChannel ? channels : 1;
  const min = bitrates.min * times;
  const max = bitrates.max * times;
  if (encoder === 'libvorbis') return { min, max: sampleRate < 44_100 ? max * lowRateShare : max };
  if (encoder !== 'ac3' && encoder !== 'eac3') return { min, max };
  const roomForAll = Math.max(min, dolbyChannel * channels);
  return { min: roomForAll, max: encoder === 'eac3' ? Math.min(max, largestFrame * sampleRate) : max };
}

/** What libvorbis takes at 32 kHz, of what it takes at 44.1. */
const lowRateShare = 0.75;
/** Bits per second and channel below which ffmpeg's Dolby encoders find no room for the sound itself. */
const dolbyChannel = 16_000;
/** Bits per sample in the largest frame of E-AC-3. */
const largestFrame = 128;

function kilobits(bits: number): string {
  return `${bits / 1000}k`;
}
