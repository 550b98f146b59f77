import { hdrCurve } from './colorTags.ts';
import { globalArguments, openable, resultName } from './commandParts.ts';
import { containerTable } from './containers.ts';
import { allDemuxerNames, fileUrl, inputWhitelists } from './demuxers.ts';
import { withExtraArguments } from './extraArgumentsOf.ts';
import type { Plan } from './plan.ts';
import { joinNotes } from './joinNotes.ts';
import { weightOf } from './planFilm.ts';
import type { PlanInput, PlanSource } from './planInput.ts';
import type { ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { pickAudio, pickVideo } from './streams.ts';
import { checkCopyTimes } from './storedOrder.ts';
import { appleTag } from './videoPart.ts';

/** Joins by ffmpeg's concat demuxer, without encoding: every track must be the same in all sources. */
export function joinByCopy(input: PlanInput): Outcome<{ plan: Plan }> {
  const { output, sources, dialect } = input;
  const [first] = sources;
  for (const source of sources) {
    const opened = openable(source.probe, dialect);
    if (!opened.ok) return opened;
    const picture = output.video ? pickVideo(source.probe) : undefined;
    const times = picture && checkCopyTimes(opened.family, picture, { joins: true });
    if (times?.ok === false) return times;
    if (/[\r\n]/u.test(source.path))
      return refuse(
        'source-not-media',
        'A source has a line break in its name, and cannot be joined by copying.',
        'Rename it, or choose a preset that encodes.',
      );
  }
  const wanted = keptStreams(output, first);
  for (const source of sources) {
    const difference = differs(wanted, keptStreams(output, source));
    if (difference !== undefined)
      return refuse(
        'preset-invalid',
        `The sources do not agree, so they cannot be joined by copying: ${difference} of ${baseName(source.path)}.`,
        'Choose a preset that encodes the picture and the sound, such as “web”.',
        output.video ? ['video', 'copy'] : ['audio', 'tracks'],
      );
  }
  const container = containerTable[output.container];
  for (const stream of wanted) {
    const held: readonly string[] =
      stream.type === 'video'
        ? [...container.videoCodecs, ...(container.copyVideo ?? [])]
        : [...container.audioCodecs, ...(container.copyAudio ?? [])];
    if (!held.includes(stream.codec))
      return refuse(
        'preset-invalid',
        `The sources are to be copied, but the container ${output.container} cannot hold ${stream.codec}.`,
        'Choose the container mkv, or encode.',
        ['container'],
      );
  }
  const total = sum(sources.map(({ probe }) => probe.duration));
  const picture = wanted.find(({ type }) => type === 'video');
  return {
    ok: true,
    plan: {
      files: [{ name: 'sources.txt', text: concatList(sources) }],
      analyses: [],
      commands: [
        {
          purpose: 'encode',
          argv: [
            ...globalArguments,
            // The list names absolute paths of our own choice, which is what “safe” would refuse.
            ...['-f', 'concat', '-safe', '0', ...inputWhitelists(['concat', ...allDemuxerNames])],
            ...['-i', fileUrl('sources.txt')],
            ...wanted.flatMap((stream) => ['-map', `0:${stream.index}`]),
            ...['-map_metadata', '-1', '-c', 'copy'],
            ...withExtraArguments(
              [
                ...(picture ? appleTag(picture.codec, output) : []),
                ...(container.isoMedia && output.fastStart !== false ? ['-movflags', '+faststart'] : []),
              ],
              output,
            ),
            ...['-f', container.muxer, fileUrl(resultName(output))],
          ],
          weight: weightOf(total) / 20,
          duration: total,
        },
      ],
      result: resultName(output),
      encoders: { audio: [] },
      slot: 'cpu',
      expected: {
        kind: container.kind,
        video: picture && {
          codec: picture.codec,
          frameRate: picture.frameRate,
          variableFrameRate: true,
          duration: total,
          startOffset: 0,
        },
        audio: wanted
          .filter(({ type }) => type === 'audio')
          .map((stream) => ({
            codec: stream.codec,
            channels: stream.channels,
            duration: total,
            startOffset: 0,
          })),
        subtitles: [],
        coverArt: false,
        duration: total,
        // Tracks of each source end a little apart, once for each.
        durationEstimated: true,
        notes: joinNotes(sources, { audio: wanted.filter(({ type }) => type === 'audio').length }),
      },
      segmentSafe: { safe: 'no', why: 'nothing is encoded' },
    },
  };
}

function keptStreams(output: PlanInput['output'], source: PlanSource): ProbeStream[] {
  const picture = output.video ? pickVideo(source.probe) : undefined;
  return [
    ...(picture ? [picture] : []),
    ...(output.audio === false
      ? []
      : pickAudio(source.probe, containerTable[output.container].manyAudioTracks)),
  ];
}

/** What a result says once for all of it, and players go by; a mark that is missing says what it says by default. */
const marks: readonly { readonly name: string; readonly of: (stream: ProbeStream) => unknown }[] = [
  { name: 'which side is up', of: ({ rotation }) => rotation ?? 0 },
  { name: 'the shape of the pixels', of: ({ sampleAspectRatio }) => (sampleAspectRatio ?? 1).toFixed(3) },
  { name: 'the order of the fields', of: ({ fieldOrder }) => fieldOrder ?? 'progressive' },
  { name: 'the range of the colours', of: ({ colorRange }) => colorRange ?? 'tv' },
  { name: 'the brightness (HDR and not)', of: ({ colorTransfer = 'bt709' }) => hdrCurve(colorTransfer) },
  { name: 'the colours', of: ({ colorPrimaries = 'bt709' }) => colorPrimaries === 'bt2020' },
];

/** The first thing in which two sources differ that a copy cannot bridge, in a person's words. */
function differs(wanted: readonly ProbeStream[], other: readonly ProbeStream[]): string | undefined {
  if (wanted.length !== other.length) return 'the number of tracks';
  for (const [position, a] of wanted.entries()) {
    const b = other[position];
    if (a.type !== b?.type || a.index !== b.index) return 'the order of the tracks';
    if (a.codec !== b.codec) return `the codec (${b.codec})`;
    if (a.width !== b.width || a.height !== b.height) return 'the size of the picture';
    if (a.pixelFormat !== b.pixelFormat) return `the pixel format (${b.pixelFormat ?? 'unknown'})`;
    if (a.profile !== b.profile) return `the profile (${b.profile ?? 'unknown'})`;
    if (a.sampleRate !== b.sampleRate || a.channels !== b.channels) return 'the sample rate or the channels';
    if (a.channelLayout !== b.channelLayout)
      return `the places of the channels (${b.channelLayout ?? 'unknown'})`;
    const mark = marks.find(({ of }) => of(a) !== of(b));
    if (mark) return mark.name;
  }
  return undefined;
}

/** https://ffmpeg.org/ffmpeg-formats.html#concat: a quote inside quotes is written as `'\''`. */
function concatList(sources: readonly PlanSource[]): string {
  const lines = sources.map(({ path }) => `file '${fileUrl(path).replaceAll("'", String.raw`'\''`)}'`);
  return ['ffconcat version 1.0', ...lines, ''].join('\n');
}

function sum(durations: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const duration of durations) {
    if (duration === undefined) return undefined;
    total += duration;
  }
  return total;
}

function baseName(path: string): string {
  return path.split(/[/\\]/u).at(-1) ?? path;
}
