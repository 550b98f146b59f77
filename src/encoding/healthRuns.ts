import { inputArguments, openable } from './commandParts.ts';
import type { Dialect } from './dialect.ts';
import type { PlanSource, Span } from './planInput.ts';
import type { Probe, ProbeStream } from './probe.ts';
import type { Outcome } from './problem.ts';
import { hasSound } from './streams.ts';

/** One ffmpeg that decodes a part of a file and writes nothing but a line for each frame, see decodedFrames.ts. */
export interface HealthRun {
  readonly part: 'beginning' | 'end' | 'whole';
  /** Second of the file at which it begins. */
  readonly from: number;
  /** Seconds of media that it goes through, where known. */
  readonly duration?: number;
  /** ffmpeg’s numbers of the streams that are decoded, in the order of the output’s. */
  readonly tracks: readonly number[];
  /** Without the binary. */
  readonly argv: readonly string[];
}

/** Seconds that a quick check decodes at either end. */
export const quickSeconds = 3;

/**
 * A quick check decodes both ends: damage of an index, and a file that is shorter than it says, show there. The end
 * is looked at only where the file says where it is. A thorough one decodes every stream from one end to the other.
 */
export function healthRuns(
  source: PlanSource,
  dialect: Dialect,
  thorough: boolean,
): Outcome<{ runs: HealthRun[] }> {
  const { probe } = source;
  const opened = openable(probe, dialect);
  if (!opened.ok) return opened;
  const tracks = decodedStreams(probe).map(({ index }) => index);
  if (tracks.length === 0) return { ok: true, runs: [] };
  const run = (part: HealthRun['part'], span: Span, duration: number | undefined): HealthRun => ({
    part,
    from: span.start,
    ...(duration === undefined ? {} : { duration }),
    tracks,
    argv: [
      ...globals,
      ...detection,
      ...inputArguments(source, opened.family, span),
      ...tracks.flatMap((index) => ['-map', `0:${index}`]),
      ...frameLines(dialect),
    ],
  });
  if (thorough) return { ok: true, runs: [run('whole', { start: 0 }, probe.duration)] };
  const beginning = run('beginning', { start: 0, duration: quickSeconds }, quickSeconds);
  if (probe.duration === undefined || probe.duration <= quickSeconds) return { ok: true, runs: [beginning] };
  const end = run('end', { start: Math.max(0, probe.duration - quickSeconds) }, quickSeconds);
  return { ok: true, runs: [beginning, end] };
}

/** Streams that can be decoded at all: the picture, covers and sound. */
export function decodedStreams(probe: Probe): ProbeStream[] {
  return probe.streams.filter(
    (stream) =>
      (stream.type === 'video' && stream.codec !== 'unknown' && stream.codec !== 'none') ||
      (stream.type === 'audio' && hasSound(stream)),
  );
}

/** Each message by itself: what is repeated is damage in another place. */
const globals = ['-hide_banner', '-loglevel', '+repeat+level+warning', '-n', '-nostats'];

/** Checksums inside the file are compared; a decoder goes on after damage, however much there is. */
const detection = ['-err_detect', 'crccheck+bitstream+buffer', '-max_error_rate', '1'];

/**
 * Every decoded frame as it is, on its own clock, as one line on standard output: neither repeated nor dropped. Of
 * a picture only its description is summed up, which costs nothing.
 */
function frameLines(dialect: Dialect): string[] {
  return [
    ...['-c:v', 'wrapped_avframe', '-c:a', 'pcm_s16le'],
    ...[dialect.frameRateModeOption, 'passthrough', '-enc_time_base:v', dialect.sourceTimeBase ?? '-1'],
    ...['-flush_packets', '1', '-f', 'framecrc', 'pipe:1'],
  ];
}
