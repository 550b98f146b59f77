import { audioEncoderTable, videoEncoderTable } from './encoders.ts';
import { audioEncoders, pixelFormats, videoEncoders } from './preset.ts';
import type { AudioEncoder, PixelFormat, VideoEncoder } from './preset.ts';

/** One encoder with the pixel formats to try it with, likeliest first; none for sound. */
export interface EncoderTrial {
  readonly encoder: VideoEncoder | AudioEncoder;
  readonly pixelFormats: readonly PixelFormat[];
}

/** Everything a worker may offer. */
export const encoderTrials: readonly EncoderTrial[] = [
  ...videoEncoders.map((encoder) => ({
    encoder,
    pixelFormats: pixelFormats.filter((format) => videoEncoderTable[encoder].pixelFormats[format]),
  })),
  ...audioEncoders.map((encoder) => ({ encoder, pixelFormats: [] })),
];

const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];

/**
 * A few made-up frames (or half a second of tone) through the encoder to nowhere, with the arguments that a real
 * encode would get. Exit code 0 means that it can be offered. Large enough for hardware, which has minimum sizes.
 */
export function trialArguments(encoder: string, pixelFormat?: PixelFormat): string[] {
  if (isVideoEncoder(encoder)) {
    const entry = videoEncoderTable[encoder];
    const format = pixelFormat ?? 'yuv420p';
    return [
      ...quiet,
      ...['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', '-frames:v', '5', '-c:v', encoder],
      ...entry.arguments({ crf: entry.defaultCrf, speed: 'medium' }),
      ...['-pix_fmt', entry.pixelFormats[format] ?? format, '-f', 'null', '-'],
    ];
  }
  return [
    ...quiet,
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=0.5', '-c:a', encoder],
    ...['-f', 'null', '-'],
  ];
}

/** Tries one frame with `-fps_mode`: exit code 0 means the dialect has it, else the older `-vsync` is used. */
export const frameRateModeTrial: readonly string[] = [
  ...quiet,
  ...[
    '-f',
    'lavfi',
    '-i',
    'color=size=16x16:rate=1',
    '-frames:v',
    '1',
    '-fps_mode',
    'cfr',
    '-f',
    'null',
    '-',
  ],
];

/** The same for `-enc_time_base demux`, else `-1` is used. */
export const sourceTimeBaseTrial: readonly string[] = [
  ...quiet,
  ...['-f', 'lavfi', '-i', 'color=size=16x16:rate=1', '-frames:v', '1', '-enc_time_base', 'demux'],
  ...['-f', 'null', '-'],
];

export const demuxersArguments: readonly string[] = ['-hide_banner', '-nostdin', '-demuxers'];
export const versionArguments: readonly string[] = ['-version'];

/** Names from `ffmpeg -demuxers`; a demuxer with several (`mov,mp4,m4a`) yields each. */
export function parseDemuxers(text: string): string[] {
  const names = new Set<string>();
  for (const line of text.split(/\r?\n/u)) {
    const match = /^ D[ E]?[ d]? +([\w,-]+)(?: |$)/u.exec(line);
    for (const name of match?.[1]?.split(',') ?? []) names.add(name);
  }
  return [...names];
}

/** The version from the first line of `ffmpeg -version` (`7.0.2`, `n6.1`, `N-109421-g…`), if it is ffmpeg's. */
export function parseVersion(text: string): string | undefined {
  return /^ff(?:mpeg|probe) version (\S+)/mu.exec(text)?.[1];
}

export function isVideoEncoder(name: string): name is VideoEncoder {
  return Object.hasOwn(videoEncoderTable, name);
}

export function isAudioEncoder(name: string): name is AudioEncoder {
  return Object.hasOwn(audioEncoderTable, name);
}
