import { analysisArguments, decimal } from './commandParts.ts';
import { asSeen } from './geometry.ts';
import type { Bars } from './geometry.ts';
import { filter, graphText } from './pictureGraph.ts';
import type { PictureInput } from './pictureInput.ts';
import type { Analysis, AnalysisCommand } from './plan.ts';
import type { Span } from './planInput.ts';
import type { ProbeStream } from './probe.ts';

/** Places of the film that are looked at, evenly spread. */
export const cropPlaces = 8;
/** Seconds of each, at most. */
const glance = 2;
/** Where the duration is unknown: so many seconds from the beginning. */
const blindGlance = 60;

/** Brightness, as a part of the whole range, below which a line counts as black: limited range has black at 16/255. */
const black = 24 / 255;

/** The bars to cut off, or the look that has to be taken first. */
export function planCrop(
  {
    video,
    measured,
    input,
    stream,
    span,
  }: Pick<PictureInput, 'video' | 'measured' | 'input' | 'stream' | 'span'>,
  duration: number | undefined,
): { readonly bars?: Bars | undefined; readonly analyses: readonly Analysis[] } {
  if (video.crop !== 'auto') {
    const { top = 0, bottom = 0, left = 0, right = 0 } = video.crop ?? {};
    return { bars: { top, bottom, left, right }, analyses: [] };
  }
  if (measured.crop !== undefined) return { bars: measured.crop, analyses: [] };
  return { analyses: [cropAnalysis(input, stream, span, duration)] };
}

/**
 * A look at several places for black bars. `input` is everything of the source’s arguments up to its name; ffmpeg
 * turns the picture by its display matrix first, so that bars are found as they are seen.
 */
export function cropAnalysis(
  input: readonly string[],
  stream: ProbeStream,
  span: Span,
  duration: number | undefined,
): Analysis {
  const detect = graphText([filter('cropdetect', { limit: black, round: 2, reset: 0 })]);
  const look = (start: number, seconds: number): AnalysisCommand => ({
    argv: [
      ...analysisArguments,
      ...(start > 0 ? ['-ss', decimal(start)] : []),
      ...input,
      ...['-map', `0:${stream.index}`, '-t', decimal(seconds)],
      ...['-filter:v:0', detect, '-f', 'null', '-'],
    ],
    weight: seconds,
    duration: seconds,
  });
  if (duration === undefined) return { kind: 'crop', commands: [look(span.start, blindGlance)] };
  const each = Math.min(glance, duration / cropPlaces);
  // In the middle of each part: openings and credits are the likeliest to be dark.
  const commands = Array.from({ length: cropPlaces }, (_, index) =>
    look(span.start + (duration * (index + 0.5)) / cropPlaces - each / 2, each),
  );
  return { kind: 'crop', commands };
}

/** Narrower is noise at the edge of the picture, not a bar. */
const smallestBar = 4;
const smallestShare = 0.01;
/** Pixels by which the edges of two places may differ and still be the same edge. */
const sameEdge = 4;
/** A picture that fills less than this part of a side is a light in the dark. */
const leastPicture = 0.4;

/**
 * The bars that all places have, from what ffmpeg printed at each. The edge of a bar is the same wherever there is
 * light; that of a dark scene is anywhere. So an edge counts only if several places agree on it.
 */
export function readCrop(stderrs: readonly string[], stream: ProbeStream): Bars {
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const seen = asSeen(stream);
  const found = stderrs.map((stderr) => lastBox(stderr)).filter((box) => box !== undefined);
  if (seen === undefined || found.length === 0) return none;
  const edge = (side: number, distances: readonly number[]) => {
    const bar = Math.min(...distances);
    const agreeing = distances.filter((distance) => distance - bar <= sameEdge).length;
    const enough = agreeing >= Math.min(stderrs.length, 2);
    return enough && bar >= Math.max(smallestBar, side * smallestShare) ? bar : 0;
  };
  const bars = {
    top: edge(seen.height, found.map((box) => box.y1)),
    bottom: edge(seen.height, found.map((box) => seen.height - 1 - box.y2)),
    left: edge(seen.width, found.map((box) => box.x1)),
    right: edge(seen.width, found.map((box) => seen.width - 1 - box.x2)),
  }; // prettier-ignore
  const width = seen.width - bars.left - bars.right;
  const height = seen.height - bars.top - bars.bottom;
  return width < seen.width * leastPicture || height < seen.height * leastPicture ? none : bars;
}

interface Box {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
}

/** The last line holds all that was light in the frames before it; undefined where everything was black. */
function lastBox(stderr: string): Box | undefined {
  const last = [...stderr.matchAll(/\bx1:(-?\d+) x2:(-?\d+) y1:(-?\d+) y2:(-?\d+)/gu)].at(-1);
  if (last === undefined) return undefined;
  const [x1 = 0, x2 = 0, y1 = 0, y2 = 0] = last.slice(1).map(Number);
  return x2 > x1 && y2 > y1 && x1 >= 0 && y1 >= 0 ? { x1, x2, y1, y2 } : undefined;
}
