import { containerTable } from './containers.ts';
import type { ContainerEntry } from './containers.ts';
import type { OutputPreset } from './output.ts';
import type { WorkFile } from './plan.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { coverFile } from './coverArt.ts';
import { counted } from './tracks.ts';
import type { Finding } from './verdict.ts';

export interface ExtrasInput {
  readonly output: OutputPreset;
  readonly probe: Probe;
  /** Pictures that are mapped before: the number of the cover among the video streams of the result. */
  readonly firstVideo: 0 | 1;
  readonly trimmed: boolean;
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
  readonly notes?: readonly string[];
}

/** What belongs to a result beside its tracks: tags, chapters, attachments, the cover, and where its index lies. */
export function planExtras(input: ExtrasInput): ExtrasPlan {
  const container = containerTable[input.output.container];
  const attachments = planAttachments(input, container);
  const cover = planCover(input, container, attachments.maps?.length ?? 0);
  const parts: Part[] = [
    planTags(input),
    planChapters(input, container),
    attachments,
    cover,
    { argv: muxerOptions(input.output, container), notes: dataNotes(input.probe) },
  ];
  return {
    maps: parts.flatMap(({ maps = [] }) => maps),
    argv: parts.flatMap(({ argv = [] }) => argv),
    coverArt: (cover.argv?.length ?? 0) > 0,
    files: parts.flatMap(({ files = [] }) => files),
    notes: parts.flatMap(({ notes = [] }) => notes).map((message) => ({ level: 'note', message })),
  };
}

/** Written by mkvmerge for each track; true of the source's track, but not of one that was encoded or cut. */
const staleTags = [
  ...['BPS', 'DURATION', 'NUMBER_OF_FRAMES', 'NUMBER_OF_BYTES'],
  ...['_STATISTICS_WRITING_APP', '_STATISTICS_WRITING_DATE_UTC', '_STATISTICS_TAGS'],
];

function planTags({ output, probe, trimmed }: ExtrasInput): Part {
  const { keep = true, set = {} } = output.metadata ?? {};
  // Ogg has no tags of the file: they are at its tracks, and most other containers keep none there.
  const trackTags = keep && probe.formatName === 'ogg' ? ['-map_metadata', '0:s:a:0'] : [];
  const hasAudio = probe.streams.some(({ type }) => type === 'audio');
  const clear = (name: string, specifier = 's'): string[] => [`-metadata:${specifier}`, `${name}=`];
  const stale =
    keep && probe.formatName.startsWith('matroska') && keepsTrackTags.includes(output.container)
      ? staleTags.flatMap((name) => [...clear(name), ...clear(`${name}-eng`)])
      : [];
  return {
    argv: [
      ...['-map_metadata', keep ? '0' : '-1'],
      ...(hasAudio ? trackTags : []),
      ...stale,
      // The first frame of a part has another timecode than the source's.
      ...(keep && trimmed ? [...clear('timecode', 'g'), ...clear('timecode', 's:v')] : []),
      ...Object.entries(set).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]),
    ],
  };
}

/** Containers into which ffmpeg writes whatever tags a track has. */
const keepsTrackTags: readonly string[] = ['mkv', 'webm', 'ogg', 'opus', 'flac'];

function planChapters({ output, probe }: ExtrasInput, container: ContainerEntry): Part {
  const kept = output.chapters !== false && container.chapters;
  const lost = output.chapters !== false && !container.chapters && (probe.chapters ?? 0) > 0;
  return {
    argv: ['-map_chapters', kept ? '0' : '-1'],
    notes: lost ? [`The chapters are left out: the container ${output.container} has none.`] : [],
  };
}

function planAttachments(
  { output, probe, keepsStyledSubtitles }: ExtrasInput,
  container: ContainerEntry,
): Part {
  const attached = probe.streams.filter(({ type }) => type === 'attachment');
  if (attached.length === 0 || output.attachments === false) return {};
  const wanted = output.attachments === true || keepsStyledSubtitles;
  if (!container.attachments || !wanted)
    return {
      notes: [
        `${counted(attached.length, 'attached file')} left out${container.attachments ? ': no subtitles that are kept use fonts' : ''}.`,
      ],
    };
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
    notes: nameless > 0 ? [`${counted(nameless, 'attached file')} left out: without a name and a type.`] : [],
  };
}

function planCover(input: ExtrasInput, container: ContainerEntry, attachments: number): Part {
  const { output, probe, firstVideo } = input;
  const pictures = probe.streams.filter(({ attachedPicture }) => attachedPicture);
  const cover = pictures.find(isCover);
  if (pictures.length === 0 || output.coverArt === false) return {};
  if (!container.coverArt)
    return {
      notes: [`The cover picture is left out: the container ${output.container} has no place for one.`],
    };
  if (!cover)
    return { notes: [`The cover picture is left out: it is ${pictures[0]?.codec}, not JPEG or PNG.`] };
  if (output.container === 'mkv') return coverFile(cover, attachments, input.inputArgv);
  const specifier = `v:${firstVideo}`;
  return {
    maps: [`0:${cover.index}`],
    argv: [`-c:${specifier}`, 'copy', `-disposition:${specifier}`, 'attached_pic'],
  };
}

function isCover({ codec }: ProbeStream): boolean {
  return codec === 'mjpeg' || codec === 'png';
}

function muxerOptions(output: OutputPreset, container: ContainerEntry): string[] {
  if (container.isoMedia && output.fastStart !== false) return ['-movflags', '+faststart'];
  // Version 2.3 is what every player reads; 2.4 leaves some without cover and title.
  return output.container === 'mp3' ? ['-id3v2_version', '3'] : [];
}

function dataNotes(probe: Probe): string[] {
  const data = probe.streams.filter(({ type }) => type === 'data' || type === 'unknown');
  const timecode = data.filter(({ codecTag }) => codecTag === 'tmcd').length;
  const others = data.length - timecode;
  return [
    ...(timecode > 0 ? [`${counted(timecode, 'timecode track')} left out.`] : []),
    ...(others > 0 ? [`${counted(others, 'data track')} left out.`] : []),
  ];
}
