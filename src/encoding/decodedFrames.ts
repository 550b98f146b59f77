/** What came out of a decoder, read from the lines of ffmpeg’s muxer `framecrc`: one a frame, with its time. */

export interface DecodedTrack {
  readonly frames: number;
  /** Second at which the first frame begins, from where the run began. */
  readonly begins: number;
  /** Second at which the last frame ends, from where the run began. */
  readonly reached: number;
  /** Seconds of all frames together: less than `reached` where some are missing. */
  readonly covered: number;
}

export interface FrameReader {
  /** Takes text as it comes, cut anywhere. */
  push(chunk: string): void;
  /** Position of the output stream → what came of it. */
  readonly tracks: ReadonlyMap<number, DecodedTrack>;
  /** The furthest of all, in seconds; 0 before the first frame. */
  readonly reached: number;
}

/** Lines are short; what is longer is not from ffmpeg. */
const maxLineLength = 4096;

export function createFrameReader(): FrameReader {
  const tracks = new Map<number, DecodedTrack>();
  const clocks = new Map<number, number>();
  let line = '';
  let furthest = 0;

  function take(text: string): void {
    const clock = /^#tb (\d+): (\d+)\/(\d+)/u.exec(text);
    if (clock) {
      const [track, numerator, denominator] = clock.slice(1).map(Number);
      clocks.set(track ?? 0, (numerator ?? 1) / (denominator || 1));
      return;
    }
    // Stream, decoding time, presentation time, duration, size, checksum.
    const frame = /^\s*(\d+),\s*-?\d+,\s*(-?\d+),\s*(\d+),/u.exec(text);
    if (!frame) return;
    const [track = 0, time = 0, duration = 0] = frame.slice(1).map(Number);
    const unit = clocks.get(track) ?? 1;
    const before = tracks.get(track);
    const reached = Math.max(before?.reached ?? 0, (time + duration) * unit);
    tracks.set(track, {
      frames: (before?.frames ?? 0) + 1,
      begins: Math.min(before?.begins ?? Infinity, time * unit),
      reached,
      covered: (before?.covered ?? 0) + duration * unit,
    });
    furthest = Math.max(furthest, reached);
  }

  return {
    push(chunk) {
      const lines = (line + chunk).split('\n');
      line = (lines.pop() ?? '').slice(0, maxLineLength);
      for (const complete of lines) take(complete);
    },
    tracks,
    get reached() {
      return furthest;
    },
  };
}
