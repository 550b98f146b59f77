import { audioEncoderTable } from './audioEncoders.ts';
import { fileUrl } from './demuxers.ts';
import type { Plan } from './plan.ts';
import type { ProbeStream } from './probe.ts';

/**
 * Surround sound that lies in the samples of a stereo track, bit by bit, for a receiver: a CD in DTS, what was captured from
 * S/PDIF or HDMI. To everyone else it is noise, and noise it is once it has been encoded with loss.
 */

/** Where ffmpeg writes samples of each track. */
export const samplesFile = (number: number): string => `samples-${number}.pcm`;
/** A film has few tracks of that kind. */
export const maxSampled = 8;
/** From where it is not silent any more: a capture runs before the disc is started. */
const seconds = 5;
const fromSound = 'silenceremove=start_periods=1:start_threshold=-90dB:detection=peak';

/** Tracks that keep each bit. */
const exact = /^(?:pcm_[su]\d|flac$|alac$|wavpack$|tta$|ape$|truehd$|mlp$|s302m$)/u;

/** Beginnings of frames, as they lie in samples of two bytes: DTS of 16 and of 14 bits (ETSI TS 102 114), and IEC 61937. */
const words = ['fe7f0180', '7ffe8001', 'ff1f00e8', '1fffe800', '72f81f4e', 'f8724e1f'].map((word) =>
  Buffer.from(word, 'hex'),
);
/** By chance there is less than one. */
const leastWords = 8;

/**
 * Further outputs of the look at a source: where the sound of each track begins. None where nothing could be lost of that.
 * `tracks`: all of its sound, in order.
 */
export function samplesArguments(tracks: readonly ProbeStream[], { audio }: Plan['encoders']): string[] {
  if (audio.every((name) => audioEncoderTable[name].lossless === true)) return [];
  return tracks
    .flatMap(({ codec, channels }, position) => (channels === 2 && exact.test(codec) ? [position] : []))
    .slice(0, maxSampled)
    .flatMap((position, number) => [
      ...['-map', `0:a:${position}`, '-af', fromSound, '-t', String(seconds)],
      ...['-c:a', 'pcm_s16le', '-f', 's16le', fileUrl(samplesFile(number))],
    ]);
}

/** Whether samples of two bytes are frames of something else. */
export function carriesSound(samples: Buffer): boolean {
  let found = 0;
  for (const word of words)
    for (let at = samples.indexOf(word); at >= 0; at = samples.indexOf(word, at + 1))
      if (at % 2 === 0) found += 1;
  return found >= leastWords;
}
