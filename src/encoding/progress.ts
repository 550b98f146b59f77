/** One block of ffmpeg's `-progress` output. What it says as `N/A`, or not at all, is missing. */
export interface ProgressBlock {
  /** Frames encoded so far. */
  readonly frame?: number;
  /** Frames per second, ffmpeg's average since the start. */
  readonly fps?: number;
  /** Seconds of media written. */
  readonly outTime?: number;
  /** Bytes written. */
  readonly bytes?: number;
  readonly duplicatedFrames?: number;
  readonly droppedFrames?: number;
  /** Media seconds per wall second, ffmpeg's average since the start. */
  readonly speed?: number;
  /** ffmpeg's last block. */
  readonly end: boolean;
}

export interface ProgressParser {
  /** Takes text as it comes, cut anywhere; returns the blocks that it completes. */
  push(chunk: string): ProgressBlock[];
}

/** ffmpeg's lines are short: what is longer is not from it, and must not be collected without end. */
const maxLineLength = 1024;

export function createProgressParser(): ProgressParser {
  let line = '';
  let overlong = false;
  let values = new Map<string, string>();

  function endLine(blocks: ProgressBlock[]): void {
    const equals = overlong ? -1 : line.indexOf('=');
    if (equals > 0) {
      const key = line.slice(0, equals).trim();
      const value = line.slice(equals + 1).trim();
      if (key === 'progress') {
        blocks.push(toBlock(values, value === 'end'));
        values = new Map();
      } else if (readers.has(key)) values.set(key, value);
    }
    line = '';
    overlong = false;
  }

  return {
    push(chunk) {
      const blocks: ProgressBlock[] = [];
      let from = 0;
      while (from < chunk.length) {
        const newline = chunk.indexOf('\n', from);
        const to = newline === -1 ? chunk.length : newline;
        if (!overlong && line.length + to - from <= maxLineLength) line += chunk.slice(from, to);
        else overlong = true;
        if (newline !== -1) endLine(blocks);
        from = to + 1;
      }
      return blocks;
    },
  };
}

/** ffmpeg's key → where it goes. `out_time_ms` is left out: it holds microseconds, a slip that ffmpeg keeps. */
const readers = new Map<string, (value: string) => Partial<ProgressBlock>>([
  ['frame', (value) => ({ frame: count(value) })],
  ['fps', (value) => ({ fps: count(value) })],
  ['total_size', (value) => ({ bytes: count(value) })],
  ['out_time_us', (value) => ({ outTime: microseconds(value) })],
  ['dup_frames', (value) => ({ duplicatedFrames: count(value) })],
  ['drop_frames', (value) => ({ droppedFrames: count(value) })],
  ['speed', (value) => ({ speed: count(value.replace(/x$/u, '')) })],
]);

function toBlock(values: ReadonlyMap<string, string>, end: boolean): ProgressBlock {
  let block: ProgressBlock = { end };
  for (const [key, value] of values) block = { ...block, ...readers.get(key)?.(value) };
  return block;
}

/** Not negative and finite, or nothing. */
function count(text: string): number | undefined {
  if (!/^\d+(\.\d+)?(e[+-]?\d+)?$/iu.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Before the first packet, and where sound begins early, ffmpeg writes times below zero. */
function microseconds(text: string): number | undefined {
  if (/^-\d+$/u.test(text)) return 0;
  const value = count(text);
  return value === undefined ? undefined : value / 1e6;
}
