import { channelsIn } from './channelLayouts.ts';
import { inputArguments, openable } from './commandParts.ts';
import { fileUrl } from './demuxers.ts';
import type { Expectation } from './expectation.ts';
import type { Plan } from './plan.ts';
import type { PlanInput } from './planInput.ts';
import { pickVideo } from './streams.ts';

/**
 * A recording of a broadcast may change its shape in the middle, as from adverts to the film: stereo to 5.1, 4:3 to 16:9. A
 * plan goes by its beginning, and so does all of the result. Only decoding tells.
 */
export interface SourceChanges {
  /** Shapes that its picture has one after the other, where there is more than one. */
  readonly shapes: readonly Shape[];
  /** The same of its sounds: channels, of the track that changes most. */
  readonly channels: readonly number[];
  /** Its times begin anew in the middle: ffmpeg leaves out frames whose time was there before. */
  readonly rewinds: boolean;
  /** Subtitles that are shown together with another one, where the result shows one at a time. */
  readonly overlapping?: number | undefined;
}

export interface Shape {
  readonly width: number;
  readonly height: number;
  /** Width by height as it is shown. */
  readonly aspect: number;
}

/** Where each frame is a key frame, looking at those alone would be looking at everything. */
const intraOnly = new Set([
  'prores',
  'dnxhd',
  'ffv1',
  'jpeg2000',
  'rawvideo',
  'v210',
  'huffyv',
  'utvideo',
  'cfhd',
]);

/** Where ffmpeg writes when which subtitle is shown. */
export const cuesFile = 'cues.txt';

/** The text of MP4 has one cue at a time: the end of the one before is the beginning of the next. */
export function showsOneCue({ subtitles }: Pick<Expectation, 'subtitles'>): boolean {
  return subtitles.includes('mov_text');
}

/** Cues that are shown together with another one, from ffmpeg's list of packets (`-f framecrc`). */
export function overlappingCues(packets: string): number {
  const ends = new Map<string, number>();
  let overlapping = 0;
  for (const line of packets.split('\n')) {
    const [, track = '', at, lasts] = /^(\d+), *-?\d+, *(-?\d+), *(\d+),/u.exec(line) ?? [];
    if (track === '') continue;
    const end = ends.get(track) ?? Number.NEGATIVE_INFINITY;
    if (Number(at) < end) overlapping += 1;
    ends.set(track, Math.max(end, Number(at) + Number(lasts)));
  }
  return overlapping;
}

/**
 * ffmpeg's arguments to decode the sound of a source, and the key frames of its picture: on each change it sets up its filters
 * anew, and says so. Undefined for what is not one source that is read whole.
 */
export function changesArguments(
  { output, sources, dialect }: PlanInput,
  { encoders, expected }: Pick<Plan, 'encoders' | 'expected'>,
): string[] | undefined {
  const [source, ...more] = sources;
  const opened = openable(source.probe, dialect);
  if (more.length > 0 || !opened.ok || output.trim !== undefined) return undefined;
  const picture = pickVideo(source.probe);
  // What is copied stays as it is.
  const looks = encoders.video && picture && !intraOnly.has(picture.codec) ? picture : undefined;
  const hears = encoders.audio.length > 0;
  const reads = showsOneCue(expected) && source.probe.streams.some(({ type }) => type === 'subtitle');
  if (!looks && !hears && !reads) return undefined;
  return [
    ...['-hide_banner', '-y', '-loglevel', '+level+verbose', '-nostats', '-progress', 'pipe:1'],
    ...['-skip_frame:v', 'nokey', '-noautorotate'],
    ...inputArguments(source, opened.family),
    ...(looks
      ? [
          ...['-map', `0:${looks.index}`, '-vf', 'scale=16:16:flags=neighbor'],
          ...[dialect.frameRateModeOption, 'vfr'],
        ]
      : []),
    ...(hears ? ['-map', '0:a?'] : []),
    ...(looks || hears ? ['-f', 'null', '-'] : []),
    ...(reads ? ['-map', '0:s', '-c', 'copy', '-f', 'framecrc', fileUrl(cuesFile)] : []),
  ];
}

/**
 * From what ffmpeg said meanwhile, and how many frames it has dropped: key frames alone are never too many for a rate. Undefined
 * where everything stays as it begins.
 */
export function sourceChanges(
  said: string,
  { droppedFrames = 0, packets = '' }: { droppedFrames?: number | undefined; packets?: string | undefined },
): SourceChanges | undefined {
  const shapes = distinct(
    [...said.matchAll(/\[Parsed_scale_0 [^\]]*\] \[verbose\] w:(\d+) h:(\d+) .*?sar:(\d+)\/(\d+) ->/gu)].map(
      shapeOf,
    ),
    ({ width, height, aspect }) => `${width}x${height} ${aspect.toFixed(2)}`,
  );
  const tracks = new Map<string, number[]>();
  for (const [, track = '', layout = ''] of said.matchAll(
    /\[graph_\d+_in_(\d+[_:]\d+) [^\]]*\] \[verbose\] .*?chlayout:(.+)/gu,
  )) {
    const count = channelsIn(layout.trim());
    if (count !== undefined) tracks.set(track, [...(tracks.get(track) ?? []), count]);
  }
  const channels = [...tracks.values()]
    .map((counts) => distinct(counts, String))
    .reduce<number[]>((most, counts) => (Math.max(...counts) > Math.max(0, ...most) ? counts : most), []);
  const rewinds = droppedFrames > 0;
  const overlapping = overlappingCues(packets);
  if (shapes.length < 2 && channels.length < 2 && !rewinds && overlapping === 0) return undefined;
  return {
    shapes: shapes.length > 1 ? shapes : [],
    channels: channels.length > 1 ? channels : [],
    ...{ rewinds, overlapping },
  };
}

function shapeOf([, w, h, above, below]: RegExpMatchArray): Shape {
  const [width, height] = [Number(w), Number(h)];
  // 0/1: unknown, which players take as square.
  const pixel = Number(above) > 0 && Number(below) > 0 ? Number(above) / Number(below) : 1;
  return { width, height, aspect: (width / height) * pixel };
}

function distinct<T>(all: readonly T[], key: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [key(one), one])).values()];
}
