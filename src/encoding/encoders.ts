import type { AudioCodec, VideoCodec } from './containers.ts';
import type { AudioEncoder, PixelFormat, Speed, VideoEncoder } from './preset.ts';

/** How the picture is to be compressed, in a preset's words. `bitrate` wins over `crf`. */
export interface VideoSettings {
  readonly crf: number;
  readonly bitrate?: string;
  readonly speed: Speed;
}

export interface VideoEncoderEntry {
  readonly codec: VideoCodec;
  /** The worker's kind of slot that one encode takes. */
  readonly slot: 'cpu' | 'nvenc' | 'qsv' | 'videotoolbox';
  /** A preset's pixel format → the one this encoder takes. Missing: the encoder cannot do it. */
  readonly pixelFormats: Readonly<Partial<Record<PixelFormat, string>>>;
  /** Used when a preset names neither crf nor bitrate. */
  readonly defaultCrf: number;
  readonly maxCrf: number;
  /** Everything after `-c:v NAME` but the pixel format. */
  readonly arguments: (settings: VideoSettings) => string[];
}

type SpeedMap = Readonly<Record<Speed, string>>;

const planar = { yuv420p: 'yuv420p', yuv420p10le: 'yuv420p10le' };
const hardware8 = { yuv420p: 'nv12' };
const hardware10 = { yuv420p: 'nv12', yuv420p10le: 'p010le' };

const x26xSpeed = { fastest: 'superfast', fast: 'fast', medium: 'medium', slow: 'slow', slowest: 'veryslow' };
const svtSpeed = { fastest: '11', fast: '9', medium: '7', slow: '5', slowest: '3' };
const aomSpeed = { fastest: '8', fast: '6', medium: '5', slow: '3', slowest: '1' };
const vpxSpeed = { fastest: '5', fast: '4', medium: '2', slow: '1', slowest: '0' };
const nvencSpeed = { fastest: 'p1', fast: 'p3', medium: 'p4', slow: 'p6', slowest: 'p7' };
const qsvSpeed = { fastest: 'veryfast', fast: 'fast', medium: 'medium', slow: 'slow', slowest: 'veryslow' };

/**
 * The encoders, one entry each: adding one is its entry here and its name in preset.ts. A trial run
 * (trial.ts) uses the same arguments, so what is offered is what was proved.
 */
export const videoEncoderTable: Readonly<Record<VideoEncoder, VideoEncoderEntry>> = {
  libx264: software('h264', planar, 23, 51, x26xSpeed),
  libx265: { ...software('hevc', planar, 28, 51, x26xSpeed), arguments: x265Arguments },
  libsvtav1: { ...software('av1', planar, 35, 63, svtSpeed), arguments: svtArguments },
  'libaom-av1': { ...software('av1', planar, 32, 63, aomSpeed), arguments: aomArguments },
  'libvpx-vp9': { ...software('vp9', planar, 32, 63, vpxSpeed), arguments: vpxArguments },
  h264_nvenc: nvenc('h264', { yuv420p: 'yuv420p' }, 51),
  hevc_nvenc: nvenc('hevc', { yuv420p: 'yuv420p', yuv420p10le: 'p010le' }, 51),
  av1_nvenc: nvenc('av1', { yuv420p: 'yuv420p', yuv420p10le: 'p010le' }, 63),
  h264_qsv: qsv('h264', hardware8),
  hevc_qsv: qsv('hevc', hardware10),
  av1_qsv: qsv('av1', hardware10),
  h264_videotoolbox: videotoolbox('h264', hardware8),
  hevc_videotoolbox: videotoolbox('hevc', hardware10),
};

function software(
  codec: VideoCodec,
  pixelFormats: VideoEncoderEntry['pixelFormats'],
  defaultCrf: number,
  maxCrf: number,
  speeds: SpeedMap,
): VideoEncoderEntry {
  return {
    codec,
    slot: 'cpu',
    pixelFormats,
    defaultCrf,
    maxCrf,
    arguments: ({ crf, bitrate, speed }) => [
      '-preset',
      speeds[speed],
      ...(bitrate === undefined ? ['-crf', String(crf)] : ['-b:v', bitrate]),
    ],
  };
}

/** x265 writes its own log at its own level; ffmpeg's level stays in charge. */
function x265Arguments({ crf, bitrate, speed }: VideoSettings): string[] {
  return [
    '-preset',
    x26xSpeed[speed],
    ...(bitrate === undefined ? ['-crf', String(crf)] : ['-b:v', bitrate]),
    '-x265-params',
    'log-level=warning',
  ];
}

/** Its crf is a whole number. */
function svtArguments({ crf, bitrate, speed }: VideoSettings): string[] {
  return [
    '-preset',
    svtSpeed[speed],
    ...(bitrate === undefined ? ['-crf', String(Math.round(crf))] : ['-b:v', bitrate]),
  ];
}

/** `-b:v 0` beside crf means quality alone; without it libaom and libvpx hold a low bit rate. */
function aomArguments({ crf, bitrate, speed }: VideoSettings): string[] {
  return ['-cpu-used', aomSpeed[speed], '-row-mt', '1', ...constrained(crf, bitrate)];
}

function vpxArguments({ crf, bitrate, speed }: VideoSettings): string[] {
  return ['-deadline', 'good', '-cpu-used', vpxSpeed[speed], '-row-mt', '1', ...constrained(crf, bitrate)];
}

function constrained(crf: number, bitrate: string | undefined): string[] {
  return bitrate === undefined ? ['-crf', String(Math.round(crf)), '-b:v', '0'] : ['-b:v', bitrate];
}

function nvenc(
  codec: VideoCodec,
  pixelFormats: VideoEncoderEntry['pixelFormats'],
  maxCrf: number,
): VideoEncoderEntry {
  return {
    codec,
    slot: 'nvenc',
    pixelFormats,
    defaultCrf: codec === 'av1' ? 32 : 24,
    maxCrf,
    arguments: ({ crf, bitrate, speed }) => [
      '-preset',
      nvencSpeed[speed],
      '-rc',
      'vbr',
      // 0 would mean automatic.
      ...(bitrate === undefined ? ['-cq', String(Math.max(1, crf)), '-b:v', '0'] : ['-b:v', bitrate]),
    ],
  };
}

function qsv(codec: VideoCodec, pixelFormats: VideoEncoderEntry['pixelFormats']): VideoEncoderEntry {
  return {
    codec,
    slot: 'qsv',
    pixelFormats,
    defaultCrf: 24,
    maxCrf: 51,
    arguments: ({ crf, bitrate, speed }) => [
      '-preset',
      qsvSpeed[speed],
      ...(bitrate === undefined
        ? ['-global_quality', String(Math.max(1, Math.round(crf)))]
        : ['-b:v', bitrate]),
    ],
  };
}

/**
 * VideoToolbox's quality runs from 1 to 100, higher is better, and has no official relation to crf: a straight
 * line puts crf 0 at 100 and 51 at 1. It has no speed to choose.
 */
function videotoolbox(codec: VideoCodec, pixelFormats: VideoEncoderEntry['pixelFormats']): VideoEncoderEntry {
  return {
    codec,
    slot: 'videotoolbox',
    pixelFormats,
    defaultCrf: 24,
    maxCrf: 51,
    arguments: ({ crf, bitrate }) =>
      bitrate === undefined ? ['-q:v', String(Math.round(100 - (crf / 51) * 99))] : ['-b:v', bitrate],
  };
}

export interface AudioEncoderEntry {
  readonly codec: AudioCodec;
  readonly maxChannels: number;
  /** The layout to give it for a number of channels, where it refuses others of that number. */
  readonly layouts?: Readonly<Record<number, string>>;
  /** Compresses without loss: a bit rate means nothing. */
  readonly lossless?: true;
}

/** The layouts of the Vorbis channel order: libopus refuses `5.1(side)` and every other. */
const vorbisLayouts = { 3: '3.0', 4: 'quad', 5: '5.0', 6: '5.1', 7: '6.1', 8: '7.1' };
/** AAC's standard channel configurations; others would need an in-band table that many players ignore. */
const aacLayouts = { 3: '3.0', 4: '4.0', 5: '5.0', 6: '5.1' };

export const audioEncoderTable: Readonly<Record<AudioEncoder, AudioEncoderEntry>> = {
  aac: { codec: 'aac', maxChannels: 6, layouts: aacLayouts },
  libopus: { codec: 'opus', maxChannels: 8, layouts: vorbisLayouts },
  libmp3lame: { codec: 'mp3', maxChannels: 2 },
  flac: { codec: 'flac', maxChannels: 8, lossless: true },
};
