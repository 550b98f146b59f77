import type { AudioCodec } from './containers.ts';
import type { AudioEncoder } from './presetNames.ts';

/** How one track is to be compressed. */
export interface AudioSettings {
  readonly channels: number;
  /** Missing: what is usual for so many channels. */
  readonly bitsPerSecond?: number | undefined;
  /** Of the source, where it is stored without loss. */
  readonly bitsPerSample?: number | undefined;
  /** ffmpeg's specifier of the track among those of the result: `a:0`. */
  readonly stream: string;
}

export interface AudioEncoderEntry {
  readonly codec: AudioCodec;
  readonly maxChannels: number;
  /** The layout to give it for a number of channels, where it refuses others of that number. */
  readonly layouts: Readonly<Record<number, string>>;
  /** Compresses without loss: a bit rate means nothing. */
  readonly lossless?: true;
  /** What is louder than full scale does not come through it. */
  readonly endsAtFullScale?: true;
  /** Samples per second that it takes, the best first; missing: any. */
  readonly sampleRates?: readonly number[];
  /** Bits per second; missing where a bit rate means nothing. */
  readonly bitrates?: BitrateRange;
  /** Bits per second that a track of so many channels gets where the preset does not say; 0 where it means nothing. */
  readonly defaultBitrate: (channels: number) => number;
  /** Everything after `-c:a:0 NAME`: pairs of an option and its value. */
  readonly arguments: (settings: AudioSettings) => string[];
}

/** Beyond it the encoder refuses, or gives something else than what was asked. */
export interface BitrateRange {
  readonly min: number;
  readonly max: number;
  /** Both count once for each channel. */
  readonly perChannel: boolean;
}

/** The order of channels that the Xiph codecs share: libopus refuses `5.1(side)` and every other. */
const vorbisLayouts = { 1: 'mono', 2: 'stereo', 3: '3.0', 4: 'quad', 5: '5.0', 6: '5.1', 7: '6.1', 8: '7.1' };
/** AAC's standard channel configurations; others would need an in-band table that many players ignore. */
const aacLayouts = { 1: 'mono', 2: 'stereo', 3: '3.0', 4: '4.0', 5: '5.0', 6: '5.1' };
const stereoLayouts = { 1: 'mono', 2: 'stereo' };
const alacLayouts = { ...aacLayouts, 7: '6.1(back)', 8: '7.1(wide)' };

/** By number of channels from 1; beyond the last as much more for each. */
function perLayout(...kilobits: readonly number[]): (channels: number) => number {
  const last = kilobits.at(-1) ?? 0;
  return (channels) =>
    1000 * (kilobits[channels - 1] ?? Math.round((last * channels) / Math.max(1, kilobits.length)));
}

function lossy(
  entry: Omit<AudioEncoderEntry, 'lossless' | 'arguments'> & { readonly bitrates: BitrateRange },
): AudioEncoderEntry {
  return {
    ...entry,
    arguments: ({ channels, bitsPerSecond, stream }) => [
      `-b:${stream}`,
      String(Math.round(bitsPerSecond ?? entry.defaultBitrate(channels))),
    ],
  };
}

/** Where it is to choose by itself, libopus exchanges the channels of 5.0 and 6.1. Family 1: surround (RFC 7845, 5.1.1.2). */
function inVorbisOrder(entry: AudioEncoderEntry): AudioEncoderEntry {
  return {
    ...entry,
    arguments: (settings) => [
      ...entry.arguments(settings),
      ...(settings.channels > 2 ? [`-mapping_family:${settings.stream}`, '1'] : []),
    ],
  };
}

function lossless(
  entry: Pick<AudioEncoderEntry, 'codec' | 'layouts' | 'arguments'> & { readonly sampleRates?: number[] },
): AudioEncoderEntry {
  return { ...entry, maxChannels: 8, lossless: true, endsAtFullScale: true, defaultBitrate: () => 0 };
}

const dolbyDigital = { maxChannels: 6, layouts: aacLayouts, sampleRates: [48000, 44100, 32000] } as const;

/** Adding an encoder of sound is one entry here and its name in presetNames.ts. */
export const audioEncoderTable: Readonly<Record<AudioEncoder, AudioEncoderEntry>> = {
  aac: lossy({
    codec: 'aac',
    maxChannels: 6,
    layouts: aacLayouts,
    sampleRates: [48000, 44100, 96000, 88200, 64000, 32000, 24000, 22050, 16000, 12000, 11025, 8000],
    // 6144 bits a frame and channel is the standard's end, reached at 256 kb/s for 44.1 kHz.
    bitrates: { min: 8000, max: 256_000, perChannel: true },
    defaultBitrate: perLayout(96, 160, 224, 288, 320, 384),
    // Of ffmpeg's own encoder: its scale factors go no further, and a tone of twice that comes out at half, bent.
    endsAtFullScale: true,
  }),
  libopus: inVorbisOrder(
    lossy({
      codec: 'opus',
      maxChannels: 8,
      layouts: vorbisLayouts,
      sampleRates: [48000],
      bitrates: { min: 6000, max: 256_000, perChannel: true },
      defaultBitrate: perLayout(64, 128, 160, 208, 224, 256, 288, 320),
    }),
  ),
  libmp3lame: lossy({
    codec: 'mp3',
    maxChannels: 2,
    layouts: stereoLayouts,
    sampleRates: [44100, 48000, 32000],
    bitrates: { min: 32_000, max: 320_000, perChannel: false },
    defaultBitrate: perLayout(96, 192),
  }),
  libvorbis: lossy({
    codec: 'vorbis',
    maxChannels: 8,
    layouts: vorbisLayouts,
    sampleRates: [48000, 44100, 32000],
    bitrates: { min: 32_000, max: 240_000, perChannel: true },
    defaultBitrate: perLayout(80, 160, 240, 320, 400, 448, 512, 576),
  }),
  ac3: lossy({
    codec: 'ac3',
    ...dolbyDigital,
    bitrates: { min: 32_000, max: 640_000, perChannel: false },
    defaultBitrate: perLayout(96, 192, 256, 320, 384, 448),
  }),
  eac3: lossy({
    codec: 'eac3',
    ...dolbyDigital,
    bitrates: { min: 32_000, max: 6_144_000, perChannel: false },
    defaultBitrate: perLayout(96, 192, 224, 256, 320, 384),
  }),
  flac: lossless({
    codec: 'flac',
    layouts: vorbisLayouts,
    arguments: ({ bitsPerSample = 16, stream }) => [
      ...[`-sample_fmt:${stream}`, bitsPerSample > 16 ? 's32' : 's16'],
      ...[`-compression_level:${stream}`, '8'],
    ],
  }),
  alac: lossless({
    codec: 'alac',
    layouts: alacLayouts,
    arguments: ({ bitsPerSample = 16, stream }) => [
      `-sample_fmt:${stream}`,
      bitsPerSample > 16 ? 's32p' : 's16p',
    ],
  }),
  pcm_s16le: lossless({ codec: 'pcm_s16le', layouts: {}, arguments: () => [] }),
  pcm_s24le: lossless({ codec: 'pcm_s24le', layouts: {}, arguments: () => [] }),
};
