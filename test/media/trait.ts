/** What a test source is, how it is made, and the words its recipes share. */
import type { Expected } from './match.ts';

export interface Trait {
  /** The name of the file, or of the folder, that is made. */
  readonly file: string;
  readonly what: string;
  /** Other traits, whose files lie beside when the steps begin. */
  readonly needs?: readonly string[];
  /** In an empty folder of their own; the last one leaves `file` there. */
  readonly steps: readonly Step[];
  readonly facts: Facts;
}

export type Step =
  /** ffmpeg's arguments, files named relative to the folder. */
  | { readonly ffmpeg: readonly string[] }
  /** A file from the bytes of others, or from nothing. */
  | { readonly write: string; readonly from?: readonly string[]; readonly by: (...files: Buffer[]) => Bytes }
  | { readonly folder: string };

type Bytes = Uint8Array | string;

/** What ffprobe and a decode must find, or the source is not what it says. */
export interface Facts {
  /** ffprobe cannot read it at all. */
  readonly refused?: true;
  /** It is a folder of so many files. */
  readonly folder?: number;
  readonly format?: Expected;
  /** Every stream, in order. */
  readonly streams?: readonly Expected[];
  readonly chapters?: readonly Expected[];
  readonly programs?: number;
  /** The first frame of the first picture. */
  readonly frame?: Expected;
  /** Times between the pictures. */
  readonly gaps?: 'steady' | 'varying';
  /** Packets before the beginning, which a player decodes and does not show. */
  readonly discards?: true;
  /** Key frames that are no clean cut: pictures after them in the file, but shown before, need older ones. */
  readonly openGops?: true;
  /** Most frames show combs, by what `idet` says: which field is first, or none. */
  readonly combed?: 'tff' | 'bff' | 'none';
  /** `cropdetect`’s last word. */
  readonly crop?: string;
  /** What decoding it to the end says; nothing, if not stated. */
  readonly decodes?: 'cleanly' | 'with errors' | 'nothing there';
}

export function picture(size = '320x240', rate: number | string = 25, seconds = 2): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
}

export function tone(seconds = 2, frequency = 440, sampleRate = 48_000): string[] {
  return ['-f', 'lavfi', '-i', `sine=frequency=${frequency}:sample_rate=${sampleRate}:duration=${seconds}`];
}

/** A different note on each channel, so that one that is lost or swapped can be told. */
export function chord(layout: string, channels: number, seconds = 2): string[] {
  const notes = Array.from({ length: channels }, (_, at) => `0.2*sin(2*PI*${220 + 110 * at}*t)`);
  return ['-f', 'lavfi', '-i', `aevalsrc=exprs='${notes.join('|')}':c=${layout}:s=48000:d=${seconds}`];
}

/** Bars that move sideways. `idet` can tell fields on them; the fine lines of `picture` fool it. */
export function bars(size = '320x240', rate: number | string = 25, seconds = 2): string[] {
  return ['-f', 'lavfi', '-i', `smptebars=size=${size}:rate=${rate}:duration=${seconds},scroll=h=0.02`];
}

export function x264(pixelFormat = 'yuv420p'): string[] {
  return ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', pixelFormat];
}

export function x265(parameters = ''): string[] {
  const all = ['log-level=error', 'bframes=0', ...(parameters ? [parameters] : [])];
  return ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', all.join(':')];
}

/** Tags of colour, on the frames and on the encoder: ffmpeg's versions differ in which of them they read. */
export function colour(
  primaries: string,
  transfer: string,
  matrix: string,
): { filter: string; options: string[] } {
  return {
    filter: `setparams=range=tv:color_primaries=${primaries}:color_trc=${transfer}:colorspace=${matrix}`,
    options: [
      ...['-color_range', 'tv', '-color_primaries', primaries],
      ...['-color_trc', transfer, '-colorspace', matrix],
    ],
  };
}
