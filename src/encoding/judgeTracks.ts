import type { Expectation } from './expectation.ts';
import { fail, warn } from './findings.ts';
import { plural } from './formatting.ts';
import type { Probe, ProbeStream } from './probe.ts';
import type { Finding } from './verdict.ts';

/** Whether the result has the tracks of the plan, each of its kind. Timecode and data tracks do not count. */
export function judgeTracks(expected: Expectation, result: Probe): Finding[] {
  const video = pictures(result);
  const audio = result.streams.filter((stream) => stream.type === 'audio');
  const subtitles = result.streams.filter((stream) => stream.type === 'subtitle');
  const covers = result.streams.filter((stream) => stream.attachedPicture);
  return [
    ...count('video track', video.length, expected.video ? 1 : 0),
    ...count('audio track', audio.length, expected.audio.length),
    ...count('subtitle track', subtitles.length, expected.subtitles.length),
    ...(expected.coverArt && covers.length === 0 ? [warn('The cover picture is not in the result.')] : []),
    ...codec(video[0], expected.video?.codec),
    ...expected.audio.flatMap((track, position) => {
      const stream = audio[position];
      return [
        ...codec(stream, track.codec),
        ...channels(stream, track.channels),
        ...language(stream, track.language),
      ];
    }),
    ...expected.subtitles.flatMap((name, position) => codec(subtitles[position], name)),
  ];
}

/** The film's picture: never cover art. */
export function pictures(probe: Probe): ProbeStream[] {
  return probe.streams.filter((stream) => stream.type === 'video' && !stream.attachedPicture);
}

function count(noun: string, actual: number, wanted: number): Finding[] {
  return actual === wanted ? [] : [fail(`The result has ${plural(actual, noun)} instead of ${wanted}.`)];
}

function codec(stream: ProbeStream | undefined, wanted: string | undefined): Finding[] {
  if (!stream || wanted === undefined || stream.codec === wanted) return [];
  return [fail(`The result’s ${stream.type} is ${stream.codec} instead of ${wanted}.`)];
}

function channels(stream: ProbeStream | undefined, wanted: number | undefined): Finding[] {
  if (stream?.channels === undefined || wanted === undefined || stream.channels === wanted) return [];
  return [fail(`The result’s audio has ${stream.channels} channels instead of ${wanted}.`)];
}

/** Some containers keep no language; one that says another has the wrong track. */
function language(stream: ProbeStream | undefined, wanted: string | undefined): Finding[] {
  if (stream?.language === undefined || wanted === undefined || stream.language === wanted) return [];
  return [fail(`The result’s audio is in “${stream.language}” instead of “${wanted}”.`)];
}
