import { decimal } from './commandParts.ts';
import { containerTable } from './containers.ts';
import type { ContainerEntry } from './containers.ts';
import type { OutputPreset } from './output.ts';
import type { WorkFile } from './plan.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { coverFile } from './coverArt.ts';
import { loss, note } from './findings.ts';
import { tagArguments, withoutTag, writesPhoneTags } from './tagArguments.ts';
import { counted } from './tracks.ts';
import type { Finding } from './verdict.ts';

export interface ExtrasInput {
  readonly output: OutputPreset;
  readonly probe: Probe;
  /** Pictures that are mapped before: the number of the cover among the video streams of the result. */
  readonly firstVideo: 0 | 1;
  readonly trimmed: boolean;
  /** Seconds of the part that is encoded; missing: to the source’s end. */
  readonly duration?: number | undefined;
  /** Fonts are of use to them. */
  readonly keepsStyledSubtitles: boolean;
  /** Everything up to and with `-i SOURCE`: brings out a cover that has to be a file. */
  readonly inputArgv: readonly string[];
}

export interface ExtrasPlan {
  readonly maps: readonly string[];
  readonly argv: readonly string[];
  readonly coverArt: boolean;
  /** A cover that the muxer takes from a file only. */
  readonly files: readonly WorkFile[];
  readonly notes: readonly Finding[];
}

interface Part {
  readonly maps?: readonly string[];
  readonly argv?: readonly string[];
  readonly files?: readonly WorkFile[];
  readonly notes?: readonly Finding[];
}

/** What belongs to a result beside its tracks: tags, chapters, attachments, the cover, and where its index lies. */
export function planExtras(input: ExtrasInput): ExtrasPlan {
  const container = containerTable[input.output.container];
  const attachments = planAttachments(input, container);
  const cover = planCover(input, container, attachments.maps?.length ?? 0);
  const parts: Part[] = [
    { argv: tagArguments(input, container) },
    planChapters(input, container),
    planTimecode(input, container),
    attachments,
    cover,
    { argv: muxerOptions(input, container, (cover.argv?.length ?? 0) > 0), notes: dataNotes(input.probe) },
  ];
  return {
    maps: parts.flatMap(({ maps = [] }) => maps),
    argv: parts.flatMap(({ argv = [] }) => argv),
    coverArt: (cover.argv?.length ?? 0) > 0,
    files: parts.flatMap(({ files = [] }) => files),
    notes: parts.flatMap(({ notes = [] }) => notes),
  };
}

function planChapters({ output, probe, duration }: ExtrasInput, container: ContainerEntry): Part {
  const there = (probe.chapters ?? 0) > 0;
  const kept = there && output.chapters !== false && container.chapters;
  const why = output.chapters === false ? '' : `: the container ${output.container} has none`;
  return {
    argv: [
      ...['-map_chapters', kept ? '0' : '-1'],
      // A limit of the input leaves the last chapter its length, and in MP4 the whole file with it.
      ...(kept && duration !== undefined ? ['-t', decimal(duration)] : []),
    ],
    notes: there && !kept ? [loss('chapters', `The chapters are left out${why}.`)] : [],
  };
}

/** ffmpeg makes a timecode track anew from the picture's tag; a part begins at another time than its source. */
function planTimecode({ output, probe, firstVideo, trimmed }: ExtrasInput, container: ContainerEntry): Part {
  const count = probe.streams.filter(isTimecode).length;
  const keep = output.metadata?.keep !== false;
  const kept = output.container === 'mov' && keep && !trimmed && firstVideo === 1;
  return {
    argv: [
      ...(count > 0 && container.isoMedia && !kept ? ['-write_tmcd', '0'] : []),
      ...(keep && trimmed ? [...withoutTag('timecode', 'g'), ...withoutTag('timecode', 's')] : []),
    ],
    notes: count > 0 && !kept ? [loss('data', `${counted(count, 'timecode track')} left out.`)] : [],
  };
}

function isTimecode({ type, codecTag }: ProbeStream): boolean {
  return type === 'data' && codecTag === 'tmcd';
}

function planAttachments(
  { output, probe, keepsStyledSubtitles }: ExtrasInput,
  container: ContainerEntry,
): Part {
  const attached = probe.streams.filter(({ type }) => type === 'attachment');
  if (attached.length === 0) return {};
  const wanted = output.attachments ?? keepsStyledSubtitles;
  if (!container.attachments || !wanted) {
    const unused = container.attachments && output.attachments === undefined;
    const message = `${counted(attached.length, 'attached file')} left out${unused ? ': no subtitles that are kept use fonts' : ''}.`;
    // Fonts are of no use without the words that are written in them.
    const isLoss = keepsStyledSubtitles || !attached.every(isFont);
    return { notes: [isLoss ? loss('attachments', message) : note(message)] };
  }
  // Matroska refuses an attachment without a name and a type.
  const named = attached.filter(({ mimeType, fileName }) => mimeType !== undefined && fileName !== undefined);
  const nameless = attached.length - named.length;
  return {
    maps: named.map(({ index }) => `0:${index}`),
    argv: named.flatMap(({ mimeType, fileName }, position) => [
      ...[`-c:t:${position}`, 'copy'],
      ...[`-metadata:s:t:${position}`, `filename=${fileName}`],
      ...[`-metadata:s:t:${position}`, `mimetype=${mimeType}`],
    ]),
    notes:
      nameless > 0
        ? [loss('attachments', `${counted(nameless, 'attached file')} left out: without a name and a type.`)]
        : [],
  };
}

function isFont({ codec, mimeType = '', fileName = '' }: ProbeStream): boolean {
  return (
    ['ttf', 'otf'].includes(codec) ||
    /font|truetype|opentype/iu.test(mimeType) ||
    /\.(?:ttf|otf|ttc|woff2?)$/iu.test(fileName)
  );
}

function planCover(input: ExtrasInput, container: ContainerEntry, attachments: number): Part {
  const { output, probe, firstVideo } = input;
  const pictures = probe.streams.filter(({ attachedPicture }) => attachedPicture);
  const cover = pictures.find(isCover);
  if (pictures.length === 0) return {};
  const without = (why: string): Part => ({
    notes: [loss('cover', `The cover picture is left out${why}.`)],
  });
  if (output.coverArt === false) return without('');
  if (!container.coverArt) return without(`: the container ${output.container} has no place for one`);
  if (!cover) return without(`: it is ${pictures[0]?.codec}, not JPEG or PNG`);
  // A track of MP4 with a picture for each chapter is told as a picture, its first.
  const others = pictures.reduce((count, { frames = 1 }) => count + Math.max(1, frames), 0) - 1;
  const notes = others > 0 ? [loss('cover', `${counted(others, 'picture')} left out beside the cover.`)] : [];
  if (output.container === 'mkv') return { ...coverFile(cover, attachments, input.inputArgv), notes };
  const specifier = `v:${firstVideo}`;
  return {
    notes,
    maps: [`0:${cover.index}`],
    argv: [`-c:${specifier}`, 'copy', `-disposition:${specifier}`, 'attached_pic'],
  };
}

function isCover({ codec }: ProbeStream): boolean {
  return codec === 'mjpeg' || codec === 'png';
}

function muxerOptions(
  { output, probe }: ExtrasInput,
  container: ContainerEntry,
  hasCover: boolean,
): string[] {
  if (container.isoMedia) {
    const flags = [
      ...(output.fastStart === false ? [] : ['+faststart']),
      // The cover lies among the usual ones.
      ...(writesPhoneTags(output, probe) && !hasCover ? ['+use_metadata_tags'] : []),
    ];
    return flags.length === 0 ? [] : ['-movflags', flags.join('')];
  }
  // Version 2.3 is what every player reads; 2.4 leaves some without cover and title.
  return output.container === 'mp3' ? ['-id3v2_version', '3'] : [];
}

/** Chapters of MP4 are a track of text too, which is not lost with it. */
function dataNotes({ streams, chapters = 0, formatName }: Probe): Finding[] {
  const left = streams.filter(
    (stream) =>
      (stream.type === 'data' || stream.type === 'unknown') &&
      !isTimecode(stream) &&
      !(chapters > 0 && stream.codecTag === 'text'),
  );
  if (left.length === 0) return [];
  const message = `${counted(left.length, 'data track')} left out.`;
  const isLoss = left.some((stream) => !isHousekeeping(stream, formatName === 'mpegts'));
  return [isLoss ? loss('data', message) : note(message)];
}

/** Of how a film was recorded or sent, not of the film: how a camera was held, what is on next. */
function isHousekeeping({ type, codec, codecTag = '' }: ProbeStream, isBroadcast: boolean): boolean {
  if (['mebx', 'fdsc', 'rtp '].includes(codecTag)) return true;
  return isBroadcast && (type === 'unknown' || ['unknown', 'scte_35', 'epg', 'timed_id3'].includes(codec));
}
