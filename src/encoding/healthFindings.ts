import { demuxerFamilyOf } from './demuxers.ts';
import { fail, note, warn } from './findings.ts';
import { formatSeconds } from './formatting.ts';
import type { HealthReport, JudgedTrack } from './healthCheck.ts';
import { decodedStreams, quickSeconds, type HealthRun } from './healthRuns.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { startOffset } from './streams.ts';
import type { Finding } from './verdict.ts';

/** Damage that ffmpeg itself complained of. */
export function damageFindings(reports: readonly HealthReport[]): Finding[] {
  const places = reports.flatMap(({ damage }) => damage.places);
  const [first] = places;
  if (first === undefined) return [];
  const count = places.length + reports.reduce((sum, { damage }) => sum + damage.morePlaces, 0);
  const near = first.at === undefined ? '' : ` near ${formatSeconds(first.at)}`;
  const level = reports.every(({ damage }) => damage.harmless) ? warn : fail;
  const where = count === 1 ? `one place${near}` : `${count} places, first${near}`;
  return [level(`The file is damaged in ${where}: ${first.message}.`)];
}

/** After a thorough check: every track against what the file announces of it. */
export function trackFindings(probe: Probe, tracks: readonly JudgedTrack[], damaged: boolean): Finding[] {
  const findings = tracks.flatMap((track) => {
    const stream = probe.streams.find(({ index }) => index === track.index);
    return track.decoded && stream !== undefined && !stream.attachedPicture
      ? [...trackFinding(probe, stream, track, damaged), ...gapFinding(stream, track)]
      : [];
  });
  if (findings.length > 0 || probe.duration !== undefined) return findings;
  return [note('The file does not say how long it is.')];
}

function trackFinding(
  probe: Probe,
  stream: ProbeStream,
  { reached, announced }: JudgedTrack,
  damaged: boolean,
): Finding[] {
  if (reached === undefined) {
    const empty = stream.duration === undefined && !damaged;
    return [(empty ? warn : fail)(`Nothing of the ${nameOf(stream)} can be decoded.`)];
  }
  if (announced === undefined || announced - reached <= tolerance(stream)) return [];
  const sentence = `The ${nameOf(stream)} ends at ${formatSeconds(reached)} of the ${formatSeconds(announced)} that the file announces`;
  if (damaged) return [fail(`${sentence}.`)];
  if (isGuessed(probe)) return [note(`${sentence}: that is a guess for files of this kind.`)];
  const much = announced - reached > Math.min(Math.max(1, announced * 0.02), announced / 4);
  return [(much && stream.variableFrameRate !== true ? fail : warn)(`${sentence}.`)];
}

/** Seconds of sound that may be missing between packets without anybody’s noticing. */
const gapSeconds = 0.25;

function gapFinding(stream: ProbeStream, { missing = 0 }: JudgedTrack): Finding[] {
  if (missing <= gapSeconds) return [];
  return [
    warn(`${formatSeconds(missing)} of the ${nameOf(stream)} is missing between its beginning and its end.`),
  ];
}

/** After a quick check: nothing was decoded where something must be. */
export function endFindings(probe: Probe, reports: readonly HealthReport[]): Finding[] {
  const findings = reports.flatMap(({ run, decoded }) => {
    const lacking = run.tracks.flatMap((index, position) => {
      const stream = probe.streams.find((each) => each.index === index);
      return stream && !decoded.has(position) && reachesInto(stream, run, probe) ? [stream] : [];
    });
    return lacking.length === 0 ? [] : [lackingFinding(probe, run, lacking)];
  });
  if (probe.duration !== undefined) return findings;
  const sentence = 'The file does not say how long it is: only a thorough check finds its end.';
  // A container that has a place for its duration and leaves it empty was not finished.
  return [...findings, (isGuessed(probe) ? note : warn)(sentence)];
}

function lackingFinding(probe: Probe, { part }: HealthRun, lacking: readonly ProbeStream[]): Finding {
  const which = lacking.map(nameOf).join(' and the ');
  if (part === 'beginning') return fail(`Nothing of the ${which} can be decoded at the beginning.`);
  const sentence = `Nothing of the ${which} can be decoded at the end: the file announces ${formatSeconds(probe.duration ?? 0)}.`;
  return isGuessed(probe)
    ? warn(`${sentence} That is a guess for files of this kind; a thorough check tells.`)
    : fail(sentence);
}

/** Whether the file says that this stream has something in this part, with a second to spare. */
function reachesInto(stream: ProbeStream, run: HealthRun, probe: Probe): boolean {
  if (stream.attachedPicture) return false;
  const begins = startOffset(probe, stream);
  if (run.part === 'beginning') return begins < quickSeconds - 1;
  // A stream that does not say where it ends need not be the one that reaches the end of the file.
  if (stream.duration === undefined) return run.tracks.length === 1;
  return begins + stream.duration > run.from + 1;
}

/** Streams of picture or sound that this ffmpeg knows nothing of. */
export function undecodedFindings(probe: Probe): Finding[] {
  const known = decodedStreams(probe);
  return probe.streams
    .filter((stream) => (stream.type === 'video' || stream.type === 'audio') && !known.includes(stream))
    .map((stream) => warn(`The ${nameOf(stream)} cannot be decoded by this ffmpeg: it was not looked at.`));
}

/** Containers round, encoders pad, and the last frame of a variable rate has no length of its own. Seconds. */
function tolerance({ frameRate, variableFrameRate }: ProbeStream): number {
  const exact = Math.max(0.25, frameRate === undefined ? 0 : 2 / frameRate);
  return variableFrameRate === true ? Math.max(exact, 1) : exact;
}

function isGuessed({ formatName }: Probe): boolean {
  return demuxerFamilyOf(formatName)?.durationEstimated === true;
}

const words = { video: 'picture', audio: 'sound' } as const;

/** `sound (track 1, aac)` */
function nameOf({ type, index, codec }: ProbeStream): string {
  return `${type === 'video' || type === 'audio' ? words[type] : type} (track ${index}, ${codec})`;
}
