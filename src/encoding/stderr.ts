/**
 * What ffmpeg says on standard error. A line is never a failure by itself: this counts what means a damaged
 * source, and finds the sentence for a run that did fail.
 */
export interface StderrSummary {
  /** Lines that mean the source could not be decoded in one place. */
  readonly damage: number;
  /** The source ends before its own index says. */
  readonly truncated: boolean;
  /**
   * The disk did not give something of the source: ffmpeg takes that for its end, and goes on to a result that looks
   * whole. Of a run that ended with 0 it cannot be the result's disk.
   */
  readonly unreadable: boolean;
  /** Kinds of tracks that ffmpeg met only while it ran: nothing of them is in the result. */
  readonly lateTracks: readonly LateTrack[];
  /** The last lines, for the log, the tooltip and `explainFailure`. */
  readonly tail: readonly string[];
}

export const lateTracks = ['video', 'audio', 'subtitle'] as const;
export type LateTrack = (typeof lateTracks)[number];

export interface StderrReader {
  /** Takes text as it comes, cut anywhere. */
  push(chunk: string): void;
  /** Everything until now, an unfinished line included. */
  summary(): StderrSummary;
}

const tailLength = 40;
/** A line longer than this is cut: names of files are at most 4096. */
const maxLineLength = 8192;

const truncation = [/partial file/u, /File ended prematurely/u, /Stream ends prematurely/u];

/** What ffmpeg says of EIO, ESTALE and ENXIO, in the C locale. */
const unread = /: (?:Input\/output error|Stale file handle|No such device or address)$/u;

const damage = [
  ...truncation,
  /error while decoding/iu,
  /Error (?:submitting packet to decoder|during demuxing|decoding)/u,
  /corrupt (?:decoded frame|input packet)/iu,
  /Packet corrupt/u,
  /concealing \d+/u,
  /Invalid NAL unit size/u,
  /Error splitting the input into NAL units/u,
  /missing picture in access unit/u,
  /decode_slice_header error/u,
  /no frame!/u,
  /(?:Could not find ref with POC|Error constructing the frame RPS)/u,
  /(?:Header missing|invalid new backstep)/u,
  /Input buffer exhausted before END element found/u,
  /(?:channel element .* is not allocated|Prediction is not allowed)/u,
  /invalid as first byte of an EBML number/u,
  /CRC error at PTS/u,
  /Failed to (?:parse|read) (?:header|OBU|temporal unit)/iu,
];

/** `New audio stream 0:2 at pos:…` of ffmpeg 4 to 6, `New audio stream with index 2 at pos:…` of later ones. */
const lateTrack = /\bNew (video|audio|subtitle) stream (?:with index )?\d/u;

/** Whether a line says that the source could not be decoded in one place. */
export function meansDamage(line: string): boolean {
  return damage.some((pattern) => pattern.test(line));
}

/** Whether a line says that the source ends before its own index does. */
export function meansTruncation(line: string): boolean {
  return truncation.some((pattern) => pattern.test(line));
}

export function createStderrReader(): StderrReader {
  let line = '';
  let count = 0;
  let truncated = false;
  let unreadable = false;
  let lastDamaged = false;
  const late = new Set<string>();
  const tail: string[] = [];

  function take(text: string): void {
    if (text.trim() === '') return;
    tail.push(text);
    if (tail.length > tailLength) tail.shift();
    const repeated = /^\s*Last message repeated (\d+) times/u.exec(text);
    if (repeated) {
      if (lastDamaged) count += Number(repeated[1]);
      return;
    }
    lastDamaged = meansDamage(text);
    if (lastDamaged) count += 1;
    if (meansTruncation(text)) truncated = true;
    if (unread.test(text)) unreadable = true;
    const [, kind] = lateTrack.exec(text) ?? [];
    if (kind !== undefined) late.add(kind);
  }

  return {
    push(chunk) {
      const lines = (line + chunk).split(/\r\n|\n|\r/u);
      line = (lines.pop() ?? '').slice(0, maxLineLength);
      for (const complete of lines) take(complete.slice(0, maxLineLength));
    },
    summary() {
      if (line !== '') take(line);
      line = '';
      const found = lateTracks.filter((kind) => late.has(kind));
      return { damage: count, truncated, unreadable, lateTracks: found, tail: [...tail] };
    },
  };
}
