import { carriesSound, samplesArguments } from './carriedSound.ts';
import { channelsIn } from './channelLayouts.ts';
import { hdrCurve } from './colorTags.ts';
import { inputArguments, openable } from './commandParts.ts';
import { fileUrl } from './demuxers.ts';
import type { Expectation } from './expectation.ts';
import type { Plan } from './plan.ts';
import type { PlanInput } from './planInput.ts';
import { pickVideo } from './streams.ts';
import { textCodecs } from './subtitles.ts';

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
  /** They have colours or places of their own, which the result has no way to say. */
  readonly styledTexts?: boolean | undefined;
  /** They have a `<` that begins no tag. */
  readonly openTexts?: boolean | undefined;
  /** They have words that are taken for a tag. */
  readonly droppedTexts?: boolean | undefined;
  /** Its samples are frames for a receiver. */
  readonly carriesSound?: boolean | undefined;
  /** It changes between ordinary film and HDR: their curves, in ffmpeg’s words. */
  readonly curves?: readonly string[] | undefined;
  /** None of its sound is encoded. */
  readonly copiesSound?: boolean | undefined;
  /** The sampling rate of a track changes. */
  readonly changesRate?: boolean | undefined;
  /** What its frames carry, at whatever time. */
  readonly frameData?: readonly FrameData[] | undefined;
}

/** What is kept in single frames, and what an encoder leaves out or makes anew. */
export type FrameData = 'captions' | 'dynamic-hdr' | 'stereo-3d' | 'camera-date';

/** In the words of ffmpeg’s `showinfo`, from version 4 on. */
const frameDataPatterns: Readonly<Record<FrameData, RegExp>> = {
  captions: /side data - .*\bA\/?53\b/u,
  'dynamic-hdr': /side data - .*(?:HDR10\+|Dolby Vision|\(Vivid\))/u,
  'stereo-3d': /side data - (?:stereoscopic information|Stereo 3D): type - (?!2D)/u,
  // The user data in which AVCHD cameras keep when a scene was taken, and how (MDPM).
  'camera-date': /UUID=17ee8c60-f84d-11d9-8cd6-0800200c9a66/u,
};

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

/** Packets of sound whose time was there before: a few are of how a container was cut. */
export const mostOutOfOrder = 8;

/** Where ffmpeg writes when which subtitle is shown. */
export const cuesFile = 'cues.txt';

/** … the subtitles themselves, of those kinds that may say how they look and where, with what WebVTT says beside its words. */
export const textsFile = 'texts.mks';
const saysLooks = new Set(['subrip', 'srt', 'webvtt']);

/** … and words alone, track by track: a container has bytes of its own around them, which may be any. */
export const wordsFile = (number: number): string => `words-${number}.txt`;
export const maxWords = 64;
/** In them ffmpeg's decoder looks for tags. */
const takesTags = new Set(['subrip', 'srt']);

/** Places and colours of SRT (as every player takes them) and of WebVTT; what is bold or slanted MP4 has, too. */
const styled =
  /\{\\an?\d|\{\\(?:pos|c|1c|fn|fs)\b|<font\b|<c\.[a-z]|<v[ .]|\b(?:line|position|align|size|vertical):[\d.a-z%,-]+/iu;

/** Whether a text that MP4 has no way to say so looks otherwise than all others. */
export function saysHowItLooks(texts: Buffer): boolean {
  return styled.test(texts.toString('latin1'));
}

/** Tags of SRT, and such of HTML as say nothing but how words look. */
const tag = String.raw`\/?(?:[bisup]|br|font|span|div|center|em|strong|small|big)\b[^<>]*>`;
const open = new RegExp(`<(?!${tag})`, 'iu');
const dropped = new RegExp(String.raw`<(?!${tag})\/?[a-z][^<>]*>`, 'iu');

/** Whether words have a `<` that begins no tag: ffmpeg writes it into WebVTT as it is, where all up to a `>` is a tag then. */
export function opensTags(words: Buffer): boolean {
  return open.test(words.toString('latin1'));
}

/** Whether words of SRT stand in angle brackets, as who speaks: ffmpeg takes them for a tag, and leaves them out. */
export function dropsWords(words: Buffer): boolean {
  return dropped.test(words.toString('latin1'));
}

function becomesWebvtt({ subtitles }: Pick<Expectation, 'subtitles'>): boolean {
  return subtitles.includes('webvtt');
}

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
  // Also where it is copied: AAC has one word for all of a file in most containers.
  const hears = encoders.audio.length > 0 || expected.audio.some(({ codec }) => codec === 'aac');
  const written = source.probe.streams.filter(({ type }) => type === 'subtitle');
  const reads = written.length > 0 && showsOneCue(expected);
  const texts = reads ? written.filter(({ codec }) => saysLooks.has(codec)) : [];
  const words = written.filter(({ codec }) =>
    becomesWebvtt(expected) ? codec !== 'webvtt' && textCodecs.has(codec) : reads && takesTags.has(codec),
  );
  if (!looks && !hears && !reads && words.length === 0) return undefined;
  return [
    ...['-hide_banner', '-y', '-loglevel', '+level+verbose', '-nostats', '-progress', 'pipe:1'],
    ...['-skip_frame:v', 'nokey', '-noautorotate'],
    ...inputArguments(source, opened.family),
    ...(looks
      ? [
          ...['-map', `0:${looks.index}`, '-vf', 'showinfo=checksum=0,scale=16:16:flags=neighbor'],
          ...[dialect.frameRateModeOption, 'vfr'],
        ]
      : []),
    ...(hears ? ['-map', '0:a?'] : []),
    ...(looks || hears ? ['-f', 'null', '-'] : []),
    ...samplesArguments(
      source.probe.streams.filter(({ type }) => type === 'audio'),
      encoders,
    ),
    ...(reads ? ['-map', '0:s', '-c', 'copy', '-f', 'framecrc', fileUrl(cuesFile)] : []),
    ...(texts.length > 0
      ? [
          ...texts.flatMap(({ index }) => ['-map', `0:${index}`]),
          ...['-c', 'copy', '-f', 'matroska', fileUrl(textsFile)],
        ]
      : []),
    ...words.slice(0, maxWords).flatMap(({ index, codec }, number) => [
      ...['-map', `0:${index}`],
      // What is no plain text is read as the encode reads it.
      ...(takesTags.has(codec) ? ['-c', 'copy', '-f', 'data'] : ['-c', 'srt', '-f', 'srt']),
      fileUrl(wordsFile(number)),
    ]),
  ];
}

/** What a track of sound has had so far. */
interface Track {
  readonly rates: Set<string>;
  readonly channels: Set<number>;
}

const newTrack = (): Track => ({ rates: new Set(), channels: new Set() });

/** Gathers what ffmpeg says meanwhile, as it comes: of a long film that is more than is kept anywhere. */
export class ChangesReader {
  readonly #shapes = new Map<string, Shape>();
  /** By track. */
  readonly #tracks = new Map<string, Track>();
  readonly #frameData = new Set<FrameData>();
  /** `sdr`, or the curve of HDR. */
  readonly #curves = new Set<string>();
  #outOfOrder = 0;
  #partial = '';

  push(chunk: string): void {
    const lines = (this.#partial + chunk).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  /**
   * `droppedFrames`: key frames alone are never too many for a rate. `packets`: of the list of subtitles. `samples`: of the
   * beginning of its sound; `texts`: its subtitles; `words`: of each of their tracks. Undefined where everything stays as it begins.
   */
  changes({
    droppedFrames = 0,
    packets = '',
    samples,
    texts,
    words,
    copiesSound = false,
  }: {
    droppedFrames?: number | undefined;
    packets?: string | undefined;
    samples?: readonly Buffer[] | undefined;
    texts?: Buffer | undefined;
    words?: readonly Buffer[] | undefined;
    copiesSound?: boolean | undefined;
  } = {}): SourceChanges | undefined {
    const shapes = [...this.#shapes.values()];
    const tracks = [...this.#tracks.values()];
    const channels = tracks
      .map((track) => [...track.channels])
      .reduce<number[]>((most, counts) => (Math.max(...counts) > Math.max(0, ...most) ? counts : most), []);
    const changes = {
      shapes: shapes.length > 1 ? shapes : [],
      channels: channels.length > 1 ? channels : [],
      changesRate: tracks.some(({ rates }) => rates.size > 1),
      rewinds: droppedFrames > 0 || this.#outOfOrder > mostOutOfOrder,
      overlapping: overlappingCues(packets),
      frameData: [...this.#frameData],
      curves: this.#curves.size > 1 ? [...this.#curves] : [],
      carriesSound: samples?.some(carriesSound) === true,
      copiesSound,
      styledTexts: texts !== undefined && saysHowItLooks(texts),
      openTexts: words?.some(opensTags) === true,
      droppedTexts: words?.some(dropsWords) === true,
    };
    const { rewinds, overlapping, frameData } = changes;
    const ofTexts = changes.styledTexts || changes.openTexts || changes.droppedTexts;
    const found =
      changes.shapes.length +
      changes.channels.length +
      overlapping +
      frameData.length +
      changes.curves.length;
    return found > 0 || rewinds || changes.changesRate || changes.carriesSound || ofTexts
      ? changes
      : undefined;
  }

  /** Who says it stands before each line, but where two threads speak at once: then that is missing. */
  #read(line: string): void {
    if (line.includes('monotonically increasing')) this.#outOfOrder += 1;
    const scaled = /\bw:(\d+) h:(\d+) .*?sar:(\d+)\/(\d+) -> w:16 h:16\b/u.exec(line);
    if (scaled) {
      const shape = shapeOf(scaled);
      this.#shapes.set(`${shape.width}x${shape.height} ${shape.aspect.toFixed(2)}`, shape);
    }
    const [, rate, layout = ''] = /samplefmt:\S+ samplerate:(\d+) .*?chlayout:(.+)/u.exec(line) ?? [];
    if (rate !== undefined) {
      const [, named] = /\[graph_\d+_in_(\d+[_:]\d+) /u.exec(line) ?? [];
      const count = channelsIn(layout.trim());
      // Whoever it is of, it is something else than that had before.
      for (const track of named === undefined ? this.#tracks.keys() : [named]) {
        const { rates, channels } = this.#tracks.get(track) ?? newTrack();
        this.#tracks.set(track, {
          rates: rates.add(rate),
          channels: count === undefined ? channels : channels.add(count),
        });
      }
    }
    const [, curve] = /\bcolor_trc:(\S+)/u.exec(line) ?? [];
    if (curve !== undefined) this.#curves.add(hdrCurve(curve));
    for (const [data, pattern] of Object.entries(frameDataPatterns) as [FrameData, RegExp][])
      if (pattern.test(line)) this.#frameData.add(data);
  }
}

function shapeOf([, w, h, above, below]: RegExpExecArray): Shape {
  const [width, height] = [Number(w), Number(h)];
  // 0/1: unknown, which players take as square.
  const pixel = Number(above) > 0 && Number(below) > 0 ? Number(above) / Number(below) : 1;
  return { width, height, aspect: (width / height) * pixel };
}
