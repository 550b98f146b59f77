import type { Probe, ProbeStream } from './probe.ts';
import { loss } from './findings.ts';
import { counted, isCommentary, tracksOf } from './tracks.ts';
import type { Finding } from './verdict.ts';

/** ffprobe has no decoder's name for these, or ffmpeg no decoder: nothing could be encoded from them. */
const undecodable = ['', 'none', 'unknown', 'ac4', 'mpegh_3d_audio'];

/** The picture to encode: the default one, then the largest, then the first; never cover art. */
export function pickVideo(probe: Probe): ProbeStream | undefined {
  return probe.streams
    .filter((stream) => stream.type === 'video' && !stream.attachedPicture && decodable(stream))
    .toSorted((a, b) => Number(b.default) - Number(a.default) || area(b) - area(a) || a.index - b.index)[0];
}

/** What is said of films beside the one that is encoded: another camera, a sign interpreter. Cover art is none. */
export function otherPictures(probe: Probe, kept: ProbeStream): Finding[] {
  const others = probe.streams.filter(
    ({ type, attachedPicture, index }) => type === 'video' && !attachedPicture && index !== kept.index,
  );
  if (others.length === 0) return [];
  return [loss('picture', `${counted(others.length, 'other video track')} left out: a result has one.`)];
}

/** Every audio track that can be used, or the one that plays by default: never a commentary if there is another. */
export function pickAudio(probe: Probe, all: boolean): ProbeStream[] {
  const tracks = tracksOf(probe, 'audio')
    .map(({ stream }) => stream)
    .filter(hasSound);
  if (all) return tracks;
  const films = tracks.filter((track) => !isCommentary(track));
  const one = films.find((track) => track.default) ?? films[0] ?? tracks[0];
  return one === undefined ? [] : [one];
}

/** A track of sound that ffmpeg can decode; one without channels is announced in the file and never begins. */
export function hasSound(stream: ProbeStream): boolean {
  return decodable(stream) && stream.channels !== undefined;
}

/** Seconds by which a stream begins after its file. */
export function startOffset(probe: Probe, stream: ProbeStream): number {
  return Math.max(0, (stream.startTime ?? 0) - (probe.startTime ?? 0));
}

function decodable(stream: ProbeStream): boolean {
  return !undecodable.includes(stream.codec);
}

function area(stream: ProbeStream): number {
  return (stream.width ?? 0) * (stream.height ?? 0);
}
