import type { DamagedPlace, DamageSummary } from './damageReader.ts';
import type { DecodedTrack } from './decodedFrames.ts';
import { fail } from './findings.ts';
import { damageFindings, endFindings, trackFindings, undecodedFindings } from './healthFindings.ts';
import { decodedStreams, type HealthRun } from './healthRuns.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { startOffset } from './streams.ts';
import type { Finding, Verdict } from './verdict.ts';

/** What came of one run. */
export interface HealthReport {
  readonly run: HealthRun;
  /** Position in `run.tracks` → what was decoded. */
  readonly decoded: ReadonlyMap<number, DecodedTrack>;
  readonly damage: DamageSummary;
  /** Why ffmpeg did not come to its end, one sentence; missing where it did. */
  readonly failure?: string | undefined;
}

export interface HealthInput {
  readonly probe: Probe;
  readonly thorough: boolean;
  readonly reports: readonly HealthReport[];
}

export interface JudgedHealth {
  readonly verdict: Verdict;
  /** Seconds that the file announces. */
  readonly announced?: number | undefined;
  /** Second that decoding reached; missing where it was not decoded to the end. */
  readonly reached?: number | undefined;
  readonly truncated: boolean;
  /** Number of ffmpeg’s complaints. */
  readonly damage: number;
  readonly places: readonly DamagedPlace[];
  readonly tracks: readonly JudgedTrack[];
}

export interface JudgedTrack {
  readonly index: number;
  readonly type: ProbeStream['type'];
  readonly codec: string;
  readonly language?: string | undefined;
  readonly decoded: boolean;
  readonly announced?: number | undefined;
  readonly reached?: number | undefined;
  readonly frames?: number | undefined;
  /** Seconds between its first and its last frame for which there is none. */
  readonly missing?: number | undefined;
}

/**
 * Whether a file plays to its end as it should: `fail` for what a viewer would meet, `warn` for what a person should
 * look at. A quick check only knows the two ends.
 */
export function judgeHealth({ probe, thorough, reports }: HealthInput): JudgedHealth {
  const tracks = probe.streams.map((stream) => judgedTrack(stream, probe, reports));
  const truncated = reports.some((report) => report.damage.truncated);
  const damage = reports.reduce((sum, report) => sum + report.damage.messages, 0);
  const findings: Finding[] = [
    ...[...new Set(reports.flatMap(({ failure }) => failure ?? []))].map(fail),
    ...(truncated ? [fail('The file ends in the middle: it was cut off.')] : []),
    ...damageFindings(reports),
    ...(thorough ? trackFindings(probe, tracks, truncated || damage > 0) : endFindings(probe, reports)),
    ...undecodedFindings(probe),
  ];
  const has = (level: Finding['level']): boolean => findings.some((finding) => finding.level === level);
  return {
    verdict: { level: has('fail') ? 'fail' : has('warn') ? 'warn' : 'pass', findings },
    announced: probe.duration,
    reached: reachedOf(reports),
    truncated,
    damage,
    places: reports.flatMap((report) => report.damage.places),
    tracks,
  };
}

function judgedTrack(stream: ProbeStream, probe: Probe, reports: readonly HealthReport[]): JudgedTrack {
  const whole = reports.find(({ run }) => run.part === 'whole');
  const decoded = whole?.decoded.get(whole.run.tracks.indexOf(stream.index));
  return {
    index: stream.index,
    type: stream.type,
    codec: stream.codec,
    language: stream.language,
    decoded: whole !== undefined && decodedStreams(probe).includes(stream),
    announced:
      stream.duration === undefined || stream.attachedPicture
        ? undefined
        : startOffset(probe, stream) + stream.duration,
    reached: decoded?.reached,
    frames: decoded?.frames,
    missing: stream.type === 'audio' && decoded ? missingOf(decoded) : undefined,
  };
}

/** Only of sound: a picture may stand. */
function missingOf({ begins, reached, covered }: DecodedTrack): number {
  return Math.max(0, reached - begins - covered);
}

function reachedOf(reports: readonly HealthReport[]): number | undefined {
  const last = reports.find(({ run }) => run.part !== 'beginning');
  if (last === undefined || last.decoded.size === 0) return undefined;
  return last.run.from + Math.max(...[...last.decoded.values()].map(({ reached }) => reached));
}
