/**
 * The containers that may be opened, named by ffmpeg's demuxers: the one list behind every whitelist. Playlists
 * (hls, dash, concat), image sequences and devices are not here and must not be: they name other files and URLs.
 */
export interface DemuxerFamily {
  /** Every name ffmpeg knows the demuxer by; the first is the one that `-f` gets. */
  readonly names: readonly [string, ...string[]];
  /** The file does not store its duration: it is guessed from bit rate or last time stamps. */
  readonly durationEstimated?: true;
  /** Even that guess is a bad one: from the bit rate of the beginning. */
  readonly durationGuessed?: true;
  /** Seconds before a moment at which to begin to read, since a seek lands between key frames: at most so far apart. */
  readonly seekLead?: number;
  /** Says of frames when they are stored, not when they are shown. */
  readonly storedOrder?: true;
  /** Read from its beginning to its end, but for an index: it need not be there whole. */
  readonly sequential?: true;
  /** Where a second recording was appended the file ends for it, without a word. */
  readonly endsAtSecond?: true;
}

/** Without times of its own: ffmpeg can only begin at the beginning. */
const untimed = { durationEstimated: true, durationGuessed: true, seekLead: Infinity } as const;
const guessed = { durationEstimated: true, durationGuessed: true } as const;

export const demuxerFamilies: readonly DemuxerFamily[] = [
  { names: ['mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2'], sequential: true },
  { names: ['matroska', 'webm'], sequential: true },
  { names: ['mpegts'], durationEstimated: true, seekLead: 10, sequential: true },
  { names: ['mpeg'], durationEstimated: true, seekLead: 10 },
  { names: ['avi'], storedOrder: true },
  { names: ['flv'], durationEstimated: true, endsAtSecond: true },
  { names: ['asf'], endsAtSecond: true },
  { names: ['ogg'] },
  { names: ['mxf'] },
  { names: ['gxf'], durationEstimated: true },
  { names: ['dv'] },
  { names: ['nut'] },
  { names: ['ivf'] },
  { names: ['rm'] },
  { names: ['gif'] },
  { names: ['mpegvideo'], ...untimed },
  { names: ['h264'], ...untimed },
  { names: ['hevc'], ...untimed },
  { names: ['obu'], ...untimed },
  { names: ['mp3'], ...guessed },
  { names: ['aac'], ...guessed },
  { names: ['ac3'], ...guessed },
  { names: ['eac3'], ...guessed },
  { names: ['dts'], ...guessed },
  { names: ['amr'], ...guessed },
  { names: ['wav'] },
  { names: ['w64'] },
  { names: ['aiff'] },
  { names: ['caf'] },
  { names: ['au'] },
  { names: ['flac'] },
  { names: ['ape'] },
  { names: ['wv'], endsAtSecond: true },
  { names: ['tta'], endsAtSecond: true },
  { names: ['mpc'] },
  { names: ['mpc8'] },
];

/** Every name, for a program that does not know yet what the file is: ffprobe. */
export const allDemuxerNames: readonly string[] = demuxerFamilies.flatMap((family) => family.names);

/** The family of a probe's `formatName` (`mov,mp4,m4a,3gp,3g2,mj2`), if it is one that may be opened. */
export function demuxerFamilyOf(formatName: string): DemuxerFamily | undefined {
  const names = formatName.split(',');
  return demuxerFamilies.find((family) => names.includes(family.names[0]));
}

/**
 * Options before an input that keep a hostile file from opening anything else: only these demuxers, only
 * plain files.
 */
export function inputWhitelists(demuxers: readonly string[]): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', demuxers.join(',')];
}

/** The same of an input that comes over HTTP, with what keeps its connection for the next place that is read. */
export function streamWhitelists(demuxers: readonly string[]): string[] {
  const only = ['-protocol_whitelist', 'http,tcp', '-format_whitelist', demuxers.join(',')];
  return [...only, '-seekable', '1', '-multiple_requests', '1'];
}

/** A path as ffmpeg takes it literally: without the prefix `-x`, `a:b` and `pipe:1` would mean other things. */
export function fileUrl(path: string): string {
  return `file:${path}`;
}
