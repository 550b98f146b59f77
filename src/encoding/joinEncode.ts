import { decimal, globalArguments, inputArguments, openable, resultName } from './commandParts.ts';
import { containerTable } from './containers.ts';
import type { DemuxerFamily } from './demuxers.ts';
import { fileUrl } from './demuxers.ts';
import { withExtraArguments } from './extraArgumentsOf.ts';
import { outputKind } from './output.ts';
import type { Plan } from './plan.ts';
import { weightOf } from './planFilm.ts';
import type { PlanInput, PlanSource } from './planInput.ts';
import type { VideoPreset } from './presetVideo.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { planSound } from './sound.ts';
import { relabel } from './graphLabels.ts';
import { joinNotes } from './joinNotes.ts';
import { pickAudio, pickVideo } from './streams.ts';
import { targetBytes } from './videoRate.ts';
import { planVideo } from './videoPart.ts';
import type { VideoPart } from './videoPart.ts';

interface Opened extends PlanSource {
  readonly family: DemuxerFamily;
  /** Seconds. */
  readonly duration: number;
}

/** Samples per second of the joined sound: what every encoder here takes. */
const sampleRate = 48_000;

/** Joins by ffmpeg's concat filter: every source is brought to the picture and the sound of the first. */
export function joinByEncode(input: PlanInput): Outcome<{ plan: Plan }> {
  const { output } = input;
  const opened = openAll(input);
  if (!opened.ok) return opened;
  const { sources } = opened;
  const total = sources.reduce((sum, { duration }) => sum + duration, 0);

  const soundPlanned = planJoinedSound(input, sources);
  if (!soundPlanned.ok) return soundPlanned;
  const { sound } = soundPlanned;
  const pictures = planPictures(input, sources, sound?.bitsPerSecond ?? 0, total);
  if (!pictures.ok) return pictures;
  const { parts } = pictures;
  const [leading] = parts;
  if (!leading && !sound)
    return refuse(
      'source-no-stream',
      'The first source has neither the picture nor the sound that the preset asks for.',
      'Put a source with both first, or choose another preset.',
    );

  const analyses = parts.flatMap((part) => part.analyses);
  const unmeasurable = analyses.find(({ kind }) => kind !== 'quality') ?? analyses[0];
  if (unmeasurable)
    return refuse(
      'preset-invalid',
      'What must be measured over the whole film (crop auto, target quality) cannot be done while sources are joined.',
      'Join first with another preset, then encode the result with this one.',
      ['video', unmeasurable.kind === 'crop' ? 'crop' : 'targetQuality'],
    );
  const container = containerTable[output.container];
  const frames =
    leading?.expected.frameRate === undefined ? undefined : Math.round(total * leading.expected.frameRate);
  return {
    ok: true,
    plan: {
      files: leading?.picture?.files ?? [],
      analyses: [],
      commands: [
        {
          purpose: 'encode',
          argv: [
            ...globalArguments,
            ...sources.flatMap((source) => inputArguments(source, source.family)),
            ...['-filter_complex', joinGraph(sources, parts, sound?.filter)],
            ...(leading ? ['-map', '[v]'] : []),
            ...(sound ? ['-map', '[a]'] : []),
            ...['-map_metadata', output.metadata?.keep === false ? '-1' : '0', '-map_chapters', '-1'],
            ...withExtraArguments(
              [
                ...(leading?.argv() ?? []),
                ...(sound?.argv ?? []),
                ...(container.isoMedia && output.fastStart !== false ? ['-movflags', '+faststart'] : []),
              ],
              output,
            ),
            ...['-f', container.muxer, fileUrl(resultName(output))],
          ],
          weight: weightOf(total),
          duration: total,
          frames,
        },
      ],
      result: resultName(output),
      encoders: { video: leading?.encoder, audio: sound?.encoders ?? [] },
      slot: leading?.slot ?? 'cpu',
      expected: {
        kind: outputKind(output),
        video: leading && { ...leading.expected, duration: total, frames, startOffset: 0 },
        audio: sound ? [{ ...sound.expected, duration: total, startOffset: 0 }] : [],
        subtitles: [],
        coverArt: false,
        duration: total,
        // The tracks of each source end a little apart, once for each.
        durationEstimated: true,
        minimumGain: output.minimumGain,
        verify: output.verify,
        targetBytes: targetBytes(output),
        notes: [...(leading?.picture?.notes ?? []), ...joinNotes(sources, { audio: sound ? 1 : 0 })],
      },
      segmentSafe: { safe: 'no', why: 'it has several sources' },
    },
  };
}

function openAll({ sources, dialect }: PlanInput): Outcome<{ sources: Opened[] }> {
  const all: Opened[] = [];
  for (const source of sources) {
    const opened = openable(source.probe, dialect);
    if (!opened.ok) return opened;
    const duration = source.probe.duration ?? pickVideo(source.probe)?.duration;
    if (duration === undefined)
      return refuse(
        'source-no-stream',
        `${source.path} does not say how long it is, so nothing can be joined behind it.`,
        'Encode it first, for example with the preset “web”, and join the result.',
      );
    all.push({ ...source, family: opened.family, duration });
  }
  return { ok: true, sources: all };
}

/** The first decides size and rate; the others are fitted into it, with bars where the aspect differs. */
function planPictures(
  { output, dialect, capabilities, measured = {} }: PlanInput,
  sources: readonly Opened[],
  otherBitsPerSecond: number,
  total: number,
): Outcome<{ parts: VideoPart[] }> {
  const parts: VideoPart[] = [];
  if (!output.video) return { ok: true, parts };
  let video: VideoPreset = output.video;
  for (const [index, source] of sources.entries()) {
    const stream = pickVideo(source.probe);
    if (!stream) {
      if (index === 0) return { ok: true, parts };
      return refuse(
        'source-no-stream',
        `${source.path} has no picture, but the first source has one.`,
        'Leave it out, or choose a preset for sound.',
      );
    }
    const planned = planVideo({
      ...{ output, source, dialect, capabilities, measured, otherBitsPerSecond },
      video,
      // A bit rate for a size follows from the length of the whole.
      stream: { ...stream, duration: total },
      span: { start: 0 },
      inputArgv: inputArguments(source, source.family),
    });
    if (!planned.ok) return planned;
    parts.push(planned.video);
    if (index === 0) video = likeFirst(video, planned.video);
  }
  return { ok: true, parts };
}

function likeFirst(video: VideoPreset, { expected }: VideoPart): VideoPreset {
  return {
    ...video,
    ...{ maxWidth: undefined, maxHeight: undefined, maxFrameRate: undefined },
    ...{ width: expected.width, height: expected.height, fit: 'pad', enlarge: true },
    frameRate: expected.frameRate,
  };
}

interface JoinedSound {
  readonly argv: readonly string[];
  /** What every source's sound goes through. */
  readonly filter: string;
  readonly expected: { readonly codec: string; readonly channels?: number };
  readonly encoders: Plan['encoders']['audio'];
  readonly bitsPerSecond: number;
}

/** As the first source that has sound; missing where none has. */
function planJoinedSound(
  { output, dialect, capabilities }: PlanInput,
  sources: readonly Opened[],
): Outcome<{ sound?: JoinedSound }> {
  const leading = sources.find(({ probe }) => pickAudio(probe, false).length > 0);
  if (!output.audio || !leading) return { ok: true };
  const planned = planSound({
    probe: leading.probe,
    audio: { ...output.audio, tracks: 'default', loudness: undefined },
    container: output.container,
    span: { start: 0 },
    dialect,
    capabilities,
    measured: {},
    inputArgv: [],
  });
  if (!planned.ok) return planned;
  const { sound } = planned;
  const [expected] = sound.expected;
  if (!expected) return { ok: true };
  const layout = layouts[expected.channels ?? 2] ?? 'stereo';
  return {
    ok: true,
    sound: {
      // The graph below does what a filter of the track alone would.
      argv: withoutFilters(sound.argv),
      filter: `aresample=${sampleRate},aformat=sample_fmts=fltp:channel_layouts=${layout}`,
      expected,
      encoders: sound.encoders,
      bitsPerSecond: sound.bitsPerSecond,
    },
  };
}

const layouts: Readonly<Record<number, string>> = {
  1: 'mono',
  2: 'stereo',
  3: '3.0',
  4: 'quad',
  5: '5.0',
  6: '5.1',
  7: '6.1',
  8: '7.1',
};

/** Options of a track with one value each, without those that the graph replaces. */
function withoutFilters(argv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < argv.length; index += 2) {
    const option = argv[index] ?? '';
    if (!/^-(?:filter|af|ac|ar)\b/u.test(option)) kept.push(option, argv[index + 1] ?? '');
  }
  return kept;
}

function joinGraph(
  sources: readonly Opened[],
  parts: readonly VideoPart[],
  filter: string | undefined,
): string {
  const chains: string[] = [];
  const inputs: string[] = [];
  for (const [index, source] of sources.entries()) {
    const picture = parts[index]?.picture;
    const stream = picture && pickVideo(source.probe);
    if (picture && stream) {
      const filters = picture.filters === '' ? '' : `${relabel(picture.filters, `s${index}`)},`;
      chains.push(`[${index}:${stream.index}]${filters}setsar=1[v${index}]`);
      inputs.push(`[v${index}]`);
    }
    if (filter === undefined) continue;
    const [track] = pickAudio(source.probe, false);
    // A source without sound is silent for as long as it lasts.
    chains.push(
      track
        ? `[${index}:${track.index}]${filter}[a${index}]`
        : `anullsrc=r=${sampleRate}:cl=stereo,atrim=duration=${decimal(source.duration)},${filter}[a${index}]`,
    );
    inputs.push(`[a${index}]`);
  }
  const video = parts.length > 0 ? 1 : 0;
  const audio = filter === undefined ? 0 : 1;
  const outputs = `${video ? '[v]' : ''}${audio ? '[a]' : ''}`;
  return [...chains, `${inputs.join('')}concat=n=${sources.length}:v=${video}:a=${audio}${outputs}`].join(
    ';',
  );
}
