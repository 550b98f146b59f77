import type { Probe, ProbeStream } from './probe.ts';

/** ffprobe has no decoder's name for these: nothing could be encoded from them. */
const undecodable = ['', 'none', 'unknown'];

/** The picture to encode: the default one, then the largest, then the first; never cover art. */
export function pickVideo(probe: Probe): ProbeStream | undefined {
  return probe.streams
    .filter((stream) => stream.type === 'video' && !stream.attachedPicture && decodable(stream))
    .toSorted((a, b) => Number(b.default) - Number(a.default) || area(b) - area(a) || a.index - b.index)[0];
}

/** Every audio track, or the default one (else the first) where the container is for one. */
export function pickAudio(probe: Probe, all: boolean): ProbeStream[] {
  const tracks = probe.streams.filter((stream) => stream.type === 'audio' && decodable(stream));
  if (all) return tracks;
  const one = tracks.find((track) => track.default) ?? tracks[0];
  return one === undefined ? [] : [one];
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
