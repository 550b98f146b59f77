import {
  analysisArguments,
  decimal,
  inputArguments,
  leadOf,
  openable,
  spanDuration,
  spanOf,
  withLead,
} from './commandParts.ts';
import type { Dialect } from './dialect.ts';
import { note, warn } from './findings.ts';
import { formatFrameRate, formatSeconds } from './formatting.ts';
import { asSeen } from './geometry.ts';
import { likenessGraph, type Metric } from './likeness.ts';
import type { Plan } from './plan.ts';
import type { PlanInput, PlanSource, Span } from './planInput.ts';
import { refuse } from './problem.ts';
import type { Outcome, Refusal } from './problem.ts';
import type { ProbeStream } from './probe.ts';
import { pickVideo } from './streams.ts';
import type { Finding } from './verdict.ts';

/** One ffmpeg that holds a result against its reference; what it says is read by `readMetric`. */
export interface LikenessRun {
  readonly argv: readonly string[];
  /** Pixels of both: the result’s. */
  readonly width: number;
  readonly height: number;
  /** Of the result, where it is constant. */
  readonly frameRate?: number;
  /** Seconds that are compared, where known. */
  readonly duration?: number;
  /** What was done to the reference. */
  readonly notes: readonly Finding[];
}

export interface LikenessInput {
  readonly result: PlanSource;
  readonly reference: PlanSource;
  readonly metrics: readonly [Metric, ...Metric[]];
  readonly dialect: Dialect;
  /** How the result was made of the reference, where that is known. */
  readonly made?: { readonly input: PlanInput; readonly plan: Plan };
}

/**
 * The reference goes through what the result went through: cut and filters of its plan. Of two files of which nothing
 * is known it gets the result’s size and rate.
 */
export function likenessRun(input: LikenessInput): Outcome<{ run: LikenessRun }> {
  const { result, reference, metrics, dialect, made } = input;
  const picture = pickVideo(result.probe);
  const original = pickVideo(reference.probe);
  if (!picture || !original) return noPicture(picture ? 'reference' : 'result');
  const size = asSeen(picture);
  if (!size) return noPicture('result');
  const opened = openable(result.probe, dialect);
  if (!opened.ok) return opened;
  const openedReference = openable(reference.probe, dialect);
  if (!openedReference.ok) return openedReference;
  const cut = made ? spanOf(made.input.output.trim, reference.probe, original) : whole;
  if (!cut.ok) return cut;
  const lead = leadOf(openedReference.family, cut.span);
  const matched =
    made?.plan.filters === undefined
      ? matching(picture, original, size)
      : { filters: [made.plan.filters], notes: [] };
  const lengths = [
    picture.duration ?? result.probe.duration,
    spanDuration(cut.span, original.duration ?? reference.probe.duration),
  ];
  const differs = lengthsDiffer(lengths, picture);
  const graph = likenessGraph(
    metrics,
    {
      result: `0:${picture.index}`,
      reference: `1:${original.index}`,
      filters: [...(lead > 0 ? [`trim=start=${decimal(lead)}`] : []), ...matched.filters]
        .filter((filter) => filter !== '')
        .join(','),
    },
    { perFrame: true, shortest: differs },
  );
  const known = lengths.filter((length) => length !== undefined);
  const constant = picture.variableFrameRate === true ? undefined : picture.frameRate;
  return {
    ok: true,
    run: {
      argv: [
        ...analysisArguments,
        ...inputArguments(result, opened.family),
        ...inputArguments(reference, openedReference.family, withLead(cut.span, lead)),
        ...['-filter_complex', graph],
        ...metrics.flatMap((_, index) => ['-map', `[out${index}]`]),
        ...['-f', 'null', '-'],
      ],
      width: size.width,
      height: size.height,
      ...(constant === undefined ? {} : { frameRate: constant }),
      ...(known.length === 0 ? {} : { duration: Math.min(...known) }),
      notes: [...matched.notes, ...lengthNotes(lengths, differs)],
    },
  };
}

const whole: Outcome<{ span: Span }> = { ok: true, span: { start: 0 } };

function noPicture(which: 'result' | 'reference'): Refusal {
  return refuse(
    'source-no-stream',
    `The ${which} has no picture to compare.`,
    'Only pictures are measured: choose two videos.',
  );
}

/** Filters that give the reference the result’s size and rate. */
function matching(
  picture: ProbeStream,
  original: ProbeStream,
  size: { readonly width: number; readonly height: number },
): { filters: readonly string[]; notes: readonly Finding[] } {
  const filters: string[] = [];
  const notes: Finding[] = [];
  const { frameRate } = picture;
  const differs =
    frameRate !== undefined &&
    picture.variableFrameRate !== true &&
    (original.variableFrameRate === true ||
      Math.abs((original.frameRate ?? frameRate) / frameRate - 1) > 1e-3);
  if (differs) {
    filters.push(`fps=${decimal(frameRate)}`);
    notes.push(note(`The reference was brought to ${formatFrameRate(frameRate)}.`));
  }
  const before = asSeen(original);
  if (before && (before.width !== size.width || before.height !== size.height)) {
    filters.push(`scale=${size.width}:${size.height}:flags=bicubic`);
    notes.push(
      note(
        `The reference was scaled from ${before.width}×${before.height} to ${size.width}×${size.height} pixels.`,
      ),
    );
  }
  return { filters, notes };
}

/** Encoders round by a frame; what is more would be held against a picture that stands still. */
function lengthsDiffer(lengths: readonly (number | undefined)[], { frameRate }: ProbeStream): boolean {
  const [a, b] = lengths;
  return a === undefined || b === undefined || Math.abs(a - b) > 1.5 / (frameRate ?? 25);
}

function lengthNotes(lengths: readonly (number | undefined)[], differs: boolean): Finding[] {
  const [result, reference] = lengths;
  if (!differs || result === undefined || reference === undefined) return [];
  return [
    warn(
      `The result lasts ${formatSeconds(result)} and the reference ${formatSeconds(reference)}: the first ${formatSeconds(Math.min(result, reference))} were compared.`,
    ),
  ];
}
