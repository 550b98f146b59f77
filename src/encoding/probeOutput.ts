import * as z from 'zod';
import { allDemuxerNames, fileUrl, inputWhitelists } from './demuxers.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';

/** ffprobe's arguments, without the binary: JSON on standard output, read by `parseProbe`. */
export function ffprobeArguments(source: string): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error'],
    ...inputWhitelists(allDemuxerNames),
    ...['-print_format', 'json', '-show_format', '-show_streams'],
    ...['-i', fileUrl(source)],
  ];
}

/** ffprobe writes most numbers as text, and `N/A` or nothing for what it does not know. */
const numeric = z
  .union([z.number(), z.string()])
  .transform((value) => (Number.isFinite(Number(value)) && value !== '' ? Number(value) : undefined))
  .optional()
  .catch(undefined);

const ratio = z
  .string()
  .transform((text) => {
    const [numerator, denominator] = text.split(/[/:]/u).map(Number);
    if (!numerator || !denominator) return undefined;
    return numerator / denominator;
  })
  .optional()
  .catch(undefined);

const word = z.string().optional().catch(undefined);

const streamSchema = z.object({
  index: z.int().min(0),
  codec_type: word,
  codec_name: word,
  duration: numeric,
  start_time: numeric,
  width: numeric,
  height: numeric,
  avg_frame_rate: ratio,
  r_frame_rate: ratio,
  nb_frames: numeric,
  pix_fmt: word,
  sample_aspect_ratio: ratio,
  color_transfer: word,
  channels: numeric,
  channel_layout: word,
  sample_rate: numeric,
  disposition: z.record(z.string(), z.number()).default({}).catch({}),
  tags: z.record(z.string(), z.string()).default({}).catch({}),
  side_data_list: z
    .array(z.object({ rotation: numeric }))
    .default([])
    .catch([]),
});

const outputSchema = z.object({
  streams: z.array(streamSchema).default([]),
  format: z.object({
    format_name: z.string(),
    duration: numeric,
    start_time: numeric,
    size: numeric,
    bit_rate: numeric,
  }),
});

/** Reads what ffprobe printed. Anything that is not a media file with at least one stream is refused. */
export function parseProbe(text: string): Outcome<{ probe: Probe }> {
  const parsed = outputSchema.safeParse(parseJson(text));
  if (!parsed.success || parsed.data.streams.length === 0)
    return refuse(
      'source-not-media',
      'The file holds no video or sound that ffmpeg can read.',
      'Choose a video or audio file; check that this one plays.',
    );
  const { format, streams } = parsed.data;
  return {
    ok: true,
    probe: {
      formatName: format.format_name,
      duration: positive(format.duration),
      startTime: format.start_time,
      bytes: format.size ?? 0,
      bitRate: positive(format.bit_rate),
      streams: streams.map(toStream),
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const streamTypes = ['video', 'audio', 'subtitle', 'data', 'attachment'] as const;

function toStream(stream: z.output<typeof streamSchema>): ProbeStream {
  const { avg_frame_rate: average, r_frame_rate: base, disposition, tags } = stream;
  const type = streamTypes.find((name) => name === stream.codec_type) ?? 'unknown';
  return {
    index: stream.index,
    type,
    codec: stream.codec_name ?? 'unknown',
    duration: positive(stream.duration) ?? clockTime(tags.DURATION),
    startTime: stream.start_time,
    width: whole(stream.width),
    height: whole(stream.height),
    frameRate: type === 'video' ? (average ?? base) : undefined,
    variableFrameRate:
      type === 'video' && average !== undefined && base !== undefined
        ? Math.abs(average / base - 1) > rateTolerance || !isUsualRate(base)
        : undefined,
    frames: whole(stream.nb_frames),
    pixelFormat: stream.pix_fmt,
    sampleAspectRatio: stream.sample_aspect_ratio,
    colorTransfer: stream.color_transfer,
    rotation: type === 'video' ? rotation(stream) : undefined,
    channels: whole(stream.channels),
    channelLayout: stream.channel_layout,
    sampleRate: positive(stream.sample_rate),
    // Thumbnails for a seek bar are pictures of the film, not the film.
    attachedPicture: disposition.attached_pic === 1 || disposition.timed_thumbnails === 1,
    default: disposition.default === 1,
    language: tags.language === 'und' ? undefined : tags.language,
  };
}

/** By how much average and base rate may differ in a file of constant rate: the last frame is often cut. */
const rateTolerance = 0.005;

/**
 * Rates that things are made at, and those × 1000/1001. Matroska stores no clock, and ffprobe then gives the
 * average of a variable rate (2850/89, 32) as both: taken for constant, frames would be moved and dropped.
 */
const usualRates = [
  1, 5, 6, 8, 10, 12, 12.5, 15, 16, 18, 20, 24, 25, 30, 48, 50, 60, 72, 90, 96, 100, 120, 144, 240,
];

function isUsualRate(rate: number): boolean {
  return usualRates.some((usual) => [rate, rate * 1.001].some((value) => Math.abs(value - usual) < 1e-3));
}

/** The display matrix counts against the clock; `tags.rotate`, of ffmpeg before 5, with it. */
function rotation(stream: z.output<typeof streamSchema>): number | undefined {
  const matrix = stream.side_data_list.find((data) => data.rotation !== undefined)?.rotation;
  const degrees = matrix === undefined ? Number(stream.tags.rotate ?? Number.NaN) : -matrix;
  if (!Number.isFinite(degrees)) return undefined;
  return ((Math.round(degrees) % 360) + 360) % 360;
}

/** Matroska keeps a stream's duration as a tag: `00:00:05.280000000`. */
function clockTime(text: string | undefined): number | undefined {
  const match = /^(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$/u.exec(text ?? '');
  if (!match) return undefined;
  return positive(Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]));
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function whole(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
