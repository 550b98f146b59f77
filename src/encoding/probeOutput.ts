import * as z from 'zod';
import { allDemuxerNames, fileUrl, inputWhitelists } from './demuxers.ts';
import { otherSideDataOf, readFrameFacts, readSideData, sideDataSchema } from './probeSideData.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { readTags } from './tags.ts';

/** ffprobe's arguments, without the binary: JSON on standard output, read by `parseProbe`. */
export function ffprobeArguments(source: string): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error'],
    ...inputWhitelists(allDemuxerNames),
    ...['-print_format', 'json', '-show_format', '-show_streams', '-show_chapters', '-show_programs'],
    ...['-i', fileUrl(source)],
  ];
}

/** Frames to look at: enough to meet a picture of either field order and the metadata of the first scene. */
const framesToRead = 8;

/** Packets of other streams lie between. */
const packetsToRead = framesToRead * 8;

/**
 * ffprobe's arguments to look at the first frames of the picture, for what the container does not say: read by
 * `addFrameFacts`. Missing where there is nothing that frames could add.
 */
export function ffprobeFrameArguments(source: string, probe: Probe): string[] | undefined {
  const stream = probe.streams.find((each) => mayHideFacts(each, probe));
  if (stream === undefined) return undefined;
  return [
    ...['-hide_banner', '-loglevel', 'error'],
    ...inputWhitelists(allDemuxerNames),
    ...['-print_format', 'json', '-select_streams', String(stream.index)],
    ...['-show_frames', '-read_intervals', `%+#${packetsToRead}`],
    ...['-i', fileUrl(source)],
  ];
}

/**
 * HDR keeps its metadata in frames; only frames say whether a picture of unknown field order is interlaced; and
 * Matroska's rate is what its writer took it for.
 */
function mayHideFacts(stream: ProbeStream, { formatName }: Probe): boolean {
  if (stream.type !== 'video' || stream.attachedPicture) return false;
  if (isMatroska(formatName) && stream.variableFrameRate === false) return true;
  const interlaceable = ['h264', 'mpeg2video', 'mpeg1video', 'dvvideo', 'vc1', 'hevc', 'prores'].includes(
    stream.codec,
  );
  const highDynamicRange = ['smpte2084', 'arib-std-b67'].includes(stream.colorTransfer ?? '');
  return highDynamicRange || (interlaceable && stream.fieldOrder !== 'progressive');
}

/** The probe with what its first frames say. Text that cannot be read adds nothing. */
export function addFrameFacts(probe: Probe, text: string): Probe {
  const position = probe.streams.findIndex((each) => mayHideFacts(each, probe));
  const stream = probe.streams[position];
  if (!stream) return probe;
  const facts = readFrameFacts(parseJson(text), stream);
  return { ...probe, streams: probe.streams.with(position, { ...stream, ...facts }) };
}

function isMatroska(formatName: string): boolean {
  return formatName.startsWith('matroska');
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
  profile: word,
  codec_tag_string: word,
  bit_rate: numeric,
  field_order: word,
  color_range: word,
  color_space: word,
  color_primaries: word,
  chroma_location: word,
  closed_captions: numeric,
  bits_per_raw_sample: numeric,
  bits_per_sample: numeric,
  duration: numeric,
  start_time: numeric,
  width: numeric,
  height: numeric,
  avg_frame_rate: ratio,
  r_frame_rate: ratio,
  nb_frames: numeric,
  has_b_frames: numeric,
  pix_fmt: word,
  sample_aspect_ratio: ratio,
  color_transfer: word,
  channels: numeric,
  channel_layout: word,
  sample_rate: numeric,
  disposition: z.record(z.string(), z.number()).default({}).catch({}),
  tags: z.record(z.string(), z.string()).default({}).catch({}),
  side_data_list: z.array(sideDataSchema).default([]).catch([]),
});

const outputSchema = z.object({
  chapters: z.array(z.unknown()).default([]).catch([]),
  programs: z.array(z.unknown()).default([]).catch([]),
  streams: z.array(streamSchema).default([]),
  format: z.object({
    format_name: z.string(),
    duration: numeric,
    start_time: numeric,
    size: numeric,
    bit_rate: numeric,
    tags: z.record(z.string(), z.string()).default({}).catch({}),
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
  const { format, streams, chapters, programs } = parsed.data;
  return {
    ok: true,
    probe: {
      formatName: format.format_name,
      duration: durationOf(format),
      startTime: format.start_time,
      bytes: format.size ?? 0,
      bitRate: positive(format.bit_rate),
      chapters: chapters.length,
      programs: programs.length,
      tags: readTags(format.tags, streams.filter(isTrack).map(trackTags)),
      streams: streams.map(toStream),
    },
  };
}

/** When a track was made is when its file was, but for seconds. */
function trackTags({ index, tags }: z.output<typeof streamSchema>) {
  return {
    index,
    tags: Object.fromEntries(Object.entries(tags).filter(([name]) => name !== 'creation_time')),
  };
}

/** Attached files and data have tags of their own, which go with them. */
function isTrack({ codec_type: type }: z.output<typeof streamSchema>): boolean {
  return type === 'video' || type === 'audio' || type === 'subtitle';
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
    profile: known(stream.profile),
    codecTag: stream.codec_tag_string?.startsWith('[') === true ? undefined : stream.codec_tag_string,
    bitRate: positive(stream.bit_rate) ?? positive(Number(tags.BPS ?? tags['BPS-eng'])),
    duration: positive(stream.duration) ?? taggedDuration(stream),
    startTime: stream.start_time,
    width: whole(stream.width),
    height: whole(stream.height),
    frameRate: type === 'video' ? (average ?? base) : undefined,
    variableFrameRate:
      type === 'video' && average !== undefined && base !== undefined
        ? Math.abs(average / base - 1) > rateTolerance || !isUsualRate(base)
        : undefined,
    frames: whole(stream.nb_frames),
    reordered: (stream.has_b_frames ?? 0) > 0 || undefined,
    pixelFormat: stream.pix_fmt,
    sampleAspectRatio: stream.sample_aspect_ratio,
    fieldOrder: known(stream.field_order),
    colorRange: known(stream.color_range),
    colorSpace: known(stream.color_space),
    colorPrimaries: known(stream.color_primaries),
    colorTransfer: known(stream.color_transfer),
    chromaLocation: known(stream.chroma_location),
    ...readSideData(stream.side_data_list),
    ...(type === 'video' ? otherSideDataOf(stream.side_data_list) : {}),
    closedCaptions: stream.closed_captions === 1 || undefined,
    alphaBeside: tags.alpha_mode === '1' || tags.ALPHA_MODE === '1' || undefined,
    rotation: type === 'video' ? rotation(stream) : undefined,
    channels: whole(stream.channels),
    channelLayout: known(stream.channel_layout),
    sampleRate: positive(stream.sample_rate),
    bitsPerSample: whole(stream.bits_per_raw_sample) ?? whole(stream.bits_per_sample),
    // Thumbnails for a seek bar are pictures of the film, not the film.
    attachedPicture: disposition.attached_pic === 1 || disposition.timed_thumbnails === 1,
    default: disposition.default === 1,
    forced: disposition.forced === 1,
    commentary: disposition.comment === 1,
    language: tags.language === 'und' ? undefined : tags.language,
    title: tags.title ?? handlerTitle(type, tags.handler_name),
    fileName: type === 'attachment' ? tags.filename : undefined,
    mimeType: type === 'attachment' ? tags.mimetype : undefined,
  };
}

/** ffprobe's ways to say that it does not know. */
function known(text: string | undefined): string | undefined {
  return text === undefined || ['unknown', 'reserved', 'unspecified', ''].includes(text) ? undefined : text;
}

/** MP4 keeps a track's title as the name of its handler; most programs write one of these there. */
const usualHandlers = /handler|core media|^mainconcept|^gpac|^isomedia|^\s*$/iu;

function handlerTitle(type: ProbeStream['type'], name: string | undefined): string | undefined {
  if (type !== 'audio' && type !== 'subtitle') return undefined;
  return name === undefined || usualHandlers.test(name) ? undefined : name;
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

/** Matroska says when a file ends. One that was written as it went on says nothing. */
function durationOf({
  duration,
  format_name: name,
  start_time: start = 0,
}: z.output<typeof outputSchema>['format']): number | undefined {
  return positive(duration === undefined || !isMatroska(name) ? duration : duration - start);
}

/** Matroska keeps a stream's duration as a tag. What ffmpeg writes there is its end; mkvmerge signs its own. */
function taggedDuration({ tags, start_time: start = 0 }: z.output<typeof streamSchema>): number | undefined {
  const time = clockTime(tags.DURATION);
  const isEnd =
    tags._STATISTICS_WRITING_APP === undefined && tags['_STATISTICS_WRITING_APP-eng'] === undefined;
  return time === undefined ? undefined : positive(isEnd ? time - start : time);
}

/** `00:00:05.280000000` */
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
