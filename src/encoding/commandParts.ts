import { demuxerFamilyOf, fileUrl, inputWhitelists, streamWhitelists } from './demuxers.ts';
import type { DemuxerFamily } from './demuxers.ts';
import type { Dialect } from './dialect.ts';
import { outputKind } from './output.ts';
import type { OutputPreset } from './output.ts';
import type { PlanSource, Span } from './planInput.ts';
import type { Trim } from './preset.ts';
import { seconds } from './presetValues.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { startOffset } from './streams.ts';

/** The parts that every command of a plan has. */

/**
 * Standard input stays open for `q`; progress comes on standard output as often as a person is told (ffmpeg's own
 * period is twice as long), warnings with their level on standard error. Never overwrites.
 */
export const globalArguments: readonly string[] = [
  ...['-hide_banner', '-loglevel', '+level+warning', '-n'],
  ...['-nostats', '-stats_period', '0.25', '-progress', 'pipe:1'],
];

/** An analysis speaks on standard error at ffmpeg's usual level: what it measured comes there. */
export const analysisArguments: readonly string[] = [
  ...['-hide_banner', '-loglevel', 'info', '-n'],
  ...['-nostats', '-stats_period', '0.25', '-progress', 'pipe:1'],
];

/** The container of a source, if it is one that may be opened and this ffmpeg can. */
export function openable(probe: Probe, dialect: Dialect): Outcome<{ family: DemuxerFamily }> {
  const family = demuxerFamilyOf(probe.formatName);
  if (family?.names.some((name) => dialect.demuxers.includes(name)) === true) return { ok: true, family };
  return refuse(
    'source-not-media',
    `The source is of the kind “${probe.formatName}”, which this worker does not open.`,
    'Choose a video or audio file; playlists and image sequences are not encoded.',
  );
}

/** Without being told, FFmpeg's FLAC decoder gives flipped bits for sound; the other decoders compare anyway, or cannot. */
const compareChecksums = ['-err_detect', 'crccheck'];

/** One input: its demuxer forced, nothing else opened, read from `span.start` for `span.duration`. */
export function inputArguments(source: PlanSource, family: DemuxerFamily, span?: Span): string[] {
  return [
    ...['-f', family.names[0]],
    ...(source.url === undefined ? inputWhitelists(family.names) : streamWhitelists(family.names)),
    ...(source.probe.streams.some(({ codec }) => codec === 'flac') ? compareChecksums : []),
    ...(span !== undefined && span.start > 0 ? ['-ss', decimal(span.start)] : []),
    ...(span?.duration === undefined ? [] : ['-t', decimal(span.duration)]),
    ...['-i', source.url ?? fileUrl(source.path)],
  ];
}

/** Seconds that are read and decoded before a span, for a picture that begins there and not at the next key frame. */
export function leadOf(family: DemuxerFamily, { start }: Span): number {
  return Math.min(start, family.seekLead ?? 0);
}

/** The span with what is read before it; `leadOptions` then has it left out of the result. */
export function withLead({ start, duration }: Span, lead: number): Span {
  return {
    start: Number(decimal(start - lead)),
    ...(duration === undefined ? {} : { duration: Number(decimal(duration + lead)) }),
  };
}

/** Options of the result. */
export function leadOptions(lead: number): string[] {
  return lead > 0 ? ['-ss', decimal(lead)] : [];
}

/**
 * What `trim` asks for, within the source; refused where nothing would be left. Both ends lie on frames of `picture`,
 * where one is encoded whose rate is constant: ffmpeg would repeat a frame to fill what is cut in two.
 */
export function spanOf(trim: Trim | undefined, probe: Probe, picture?: ProbeStream): Outcome<{ span: Span }> {
  if (trim === undefined) return { ok: true, span: { start: 0 } };
  const start = trim.start === undefined ? 0 : seconds(trim.start);
  const end =
    trim.end === undefined
      ? trim.duration === undefined
        ? undefined
        : start + seconds(trim.duration)
      : seconds(trim.end);
  if (probe.duration !== undefined && start >= probe.duration)
    return refuse(
      'preset-invalid',
      `The part to encode begins at ${decimal(start)} s, but the source lasts ${decimal(probe.duration)} s.`,
      'Choose an earlier start.',
      ['trim', 'start'],
    );
  const grid = picture && frameGrid(probe, picture);
  const first = grid ? grid.first(start) : start;
  if (end === undefined) return { ok: true, span: { start: first } };
  if (end <= start)
    return refuse(
      'preset-invalid',
      'The part to encode ends before it begins.',
      'Choose a later end, or an earlier start.',
      ['trim', trim.end === undefined ? 'duration' : 'end'],
    );
  // What reaches beyond the source is all of the rest.
  if (probe.duration !== undefined && end >= probe.duration) return { ok: true, span: { start: first } };
  const last = grid ? grid.end(end, first) : end;
  return { ok: true, span: { start: first, duration: Number(decimal(last - first)) } };
}

/** Seconds by which a cut lies before a frame whose time is no whole millisecond, to which some containers round. */
const beforeFrame = 0.001;

/** Times of cuts, in seconds from the source’s beginning; undefined where the times of frames are not known. */
function frameGrid(
  probe: Probe,
  picture: ProbeStream,
): { first: (time: number) => number; end: (time: number, first: number) => number } | undefined {
  const { frameRate, variableFrameRate } = picture;
  if (frameRate === undefined || variableFrameRate === true) return undefined;
  const offset = startOffset(probe, picture);
  const duration = picture.duration ?? probe.duration;
  const last = duration === undefined ? Infinity : Math.max(0, Math.round(duration * frameRate) - 1);
  const nearest = (time: number): number => Math.round((time - offset) * frameRate);
  const cut = (frame: number): number => {
    const milliseconds = (offset + frame / frameRate) * 1000;
    const isExact = Math.abs(milliseconds - Math.round(milliseconds)) < 1e-6;
    const time = isExact ? Math.round(milliseconds) / 1000 : milliseconds / 1000 - beforeFrame;
    return Math.max(0, Number(decimal(time)));
  };
  return {
    // Before the picture begins there may be sound.
    first: (time) => (time <= offset ? time : cut(Math.min(nearest(time), last))),
    end: (time, first) =>
      time <= offset ? time : cut(Math.max(nearest(time), nearest(first + beforeFrame) + 1)),
  };
}

/** Seconds that are left of a track or file of this length; missing where unknown. */
export function spanDuration(span: Span, duration: number | undefined): number | undefined {
  if (duration === undefined) return span.duration;
  const rest = Math.max(0, duration - span.start);
  return span.duration === undefined ? rest : Math.min(rest, span.duration);
}

/** Name of the result in the attempt's folder; a ladder's is a folder. */
export function resultName(output: OutputPreset): string {
  const stem = output.name ?? 'result';
  return outputKind(output) === 'ladder' ? stem : `${stem}.${output.container}`;
}

/** Microseconds are as exact as ffmpeg reads; no exponent, no trailing zeros. */
export function decimal(value: number): string {
  return String(Number(value.toFixed(6)));
}
