import {
  globalArguments,
  inputArguments,
  leadOf,
  leadOptions,
  openable,
  resultName,
  spanDuration,
  spanOf,
  withLead,
} from './commandParts.ts';
import { containerTable } from './containers.ts';
import { fileUrl } from './demuxers.ts';
import { withExtraArguments } from './extraArgumentsOf.ts';
import { planExtras } from './extras.ts';
import { keptTags } from './tagArguments.ts';
import type { Expectation } from './expectation.ts';
import { outputKind } from './output.ts';
import type { Command, Plan } from './plan.ts';
import type { PlanInput } from './planInput.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { planSound } from './sound.ts';
import type { SoundPlan } from './sound.ts';
import { loss } from './findings.ts';
import { otherPictures, pickVideo } from './streams.ts';
import { planSubtitles } from './subtitles.ts';
import { pictureArguments } from './pictureArguments.ts';
import { targetBytes } from './videoRate.ts';
import { planVideo } from './videoPart.ts';
import type { VideoPart } from './videoPart.ts';
import { copyTimes } from './storedOrder.ts';

/** A film, sound alone or an animation: one source, every kept track in one file. */
export function planFilm(input: PlanInput): Outcome<{ plan: Plan }> {
  const { output, dialect, capabilities, measured = {} } = input;
  const [source] = input.sources;
  const { probe } = source;
  const container = containerTable[output.container];

  const opened = openable(probe, dialect);
  if (!opened.ok) return opened;
  const stream = output.video ? pickVideo(probe) : undefined;
  const copies = output.video !== false && output.video?.copy === true;
  const trimmed = spanOf(output.trim, probe, copies ? undefined : stream);
  if (!trimmed.ok) return trimmed;
  const { span } = trimmed;
  const lead = stream && !copies ? leadOf(opened.family, span) : 0;
  const inputArgv = [
    ...(copies && stream ? copyTimes(opened.family, stream) : []),
    ...inputArguments(source, opened.family, withLead(span, lead)),
  ];
  // A copied picture begins at the key frame before, and its sound with it.
  const dropsEarlier = span.start > 0 && !(copies && stream !== undefined);

  const soundPlanned = output.audio
    ? planSound({
        probe,
        audio: output.audio,
        container: output.container,
        span,
        dialect,
        capabilities,
        measured,
        inputArgv: inputArguments(source, opened.family, span),
        dropsEarlier,
      })
    : undefined;
  if (soundPlanned?.ok === false) return soundPlanned;
  const sound = soundPlanned?.sound;
  const missing = checkStreams(output, stream, sound);
  if (!missing.ok) return missing;

  const videoPlanned =
    output.video && stream
      ? planVideo({
          output,
          video: output.video,
          source,
          stream,
          span,
          lead,
          inputArgv: inputArguments(source, opened.family),
          dialect,
          capabilities,
          measured,
          otherBitsPerSecond: sound?.bitsPerSecond ?? 0,
        })
      : undefined;
  if (videoPlanned?.ok === false) return videoPlanned;
  const video = videoPlanned?.video;

  const subtitlesPlanned = planSubtitles({
    probe,
    subtitles: output.video ? output.subtitles : false,
    container: output.container,
    dialect,
    burnt: video?.picture?.burnt,
    dropsEarlier,
  });
  if (!subtitlesPlanned.ok) return subtitlesPlanned;
  const { subtitles } = subtitlesPlanned;
  const kept = [...(stream ? [stream] : []), ...(sound?.tracks ?? [])];
  const duration = spanDuration(span, longest(probe, kept));
  const extras = planExtras({
    output,
    probe,
    firstVideo: video ? 1 : 0,
    trimmed: output.trim !== undefined,
    duration: span.duration,
    keepsStyledSubtitles: subtitles.expected.includes('ass'),
    inputArgv,
  });

  const tracks = new Set([...kept.map(({ index }) => index), ...mappedTracks(subtitles.maps)]);
  // Of a track that is left out that is told.
  const tags = keptTags(output, probe).filter(({ track }) => track === undefined || tracks.has(track));
  const announced: Expectation = {
    kind: outputKind(output),
    video: video?.expected,
    audio: (sound?.expected ?? []).map((track) =>
      // Beside a picture that begins earlier, the sound does too, or is late by as much.
      copies && span.start > 0 ? { ...track, startOffset: span.start } : track,
    ),
    subtitles: subtitles.expected,
    coverArt: extras.coverArt,
    tags: tags.length > 0 ? tags : undefined,
    duration,
    durationEstimated: opened.family.durationEstimated ?? false,
    minimumGain: output.minimumGain,
    verify: output.verify,
    targetBytes: targetBytes(output),
    notes: [
      ...(video?.notes ?? []),
      ...(stream ? otherPictures(probe, stream) : []),
      ...(sound?.notes ?? []),
      ...subtitles.notes,
      ...extras.notes,
      ...unusedAudio(output, sound, probe),
    ],
  };
  const expected = opened.family.durationGuessed === true ? withoutDurations(announced) : announced;
  const analyses = [...(video?.analyses ?? []), ...(sound?.analyses ?? [])];
  const picture = stream
    ? video?.picture
      ? pictureArguments(video.picture, stream.index)
      : ['-map', `0:${stream.index}`]
    : [];

  const encode: Command = {
    purpose: 'encode',
    argv: [
      ...globalArguments,
      ...inputArgv,
      ...picture,
      ...[...(sound?.maps ?? []), ...subtitles.maps, ...extras.maps].flatMap((map) => ['-map', map]),
      ...withExtraArguments(
        [
          ...(video?.argv(video.twoPass ? 2 : undefined) ?? []),
          ...(sound?.argv ?? []),
          ...subtitles.argv,
          ...extras.argv,
        ],
        output,
      ),
      ...leadOptions(lead),
      ...['-f', container.muxer, fileUrl(resultName(output))],
    ],
    weight: weightOf(duration),
    duration,
    frames: announced.video?.frames,
  };
  return {
    ok: true,
    plan: {
      files: [...(video?.picture?.files ?? []), ...extras.files],
      analyses,
      commands:
        analyses.length > 0 ? [] : [...firstPass(input, video, picture, inputArgv, lead, encode), encode],
      result: resultName(output),
      encoders: { video: video?.encoder, audio: sound?.encoders ?? [] },
      slot: video?.slot ?? 'cpu',
      expected,
      filters: video?.picture?.filters,
      segmentSafe: video?.segmentSafe ?? { safe: 'no', why: 'there is no picture to cut' },
    },
  };
}

/** `0:3` is the source’s track 3. */
function mappedTracks(maps: readonly string[]): number[] {
  return maps.flatMap((map) => /^0:(\d+)$/u.exec(map)?.[1] ?? []).map(Number);
}

/** Of a source that only guesses how long it is, nothing can be promised. */
function withoutDurations({ video, audio, ...expected }: Expectation): Expectation {
  return {
    ...expected,
    duration: undefined,
    video: video && { ...video, duration: undefined, frames: undefined },
    audio: audio.map((track) => ({ ...track, duration: undefined })),
  };
}

/** A first pass is faster than the second: encoders leave out what only the bits would need. */
const firstPassShare = 0.5;

function firstPass(
  { output }: PlanInput,
  video: VideoPart | undefined,
  picture: readonly string[],
  inputArgv: readonly string[],
  lead: number,
  encode: Command,
): Command[] {
  if (!video?.twoPass) return [];
  return [
    {
      ...encode,
      purpose: 'first-pass',
      argv: [
        ...globalArguments,
        ...inputArgv,
        ...picture,
        ...withExtraArguments(video.argv(1), output, 'first-pass'),
        ...leadOptions(lead),
        ...['-f', 'null', '-'],
      ],
      weight: encode.weight * firstPassShare,
    },
  ];
}

/** Media seconds are the only thing that is known of the work beforehand; what is unknown counts as a minute. */
export function weightOf(duration: number | undefined): number {
  return Math.max(0.1, duration ?? 60);
}

function checkStreams(
  output: PlanInput['output'],
  picture: ProbeStream | undefined,
  sound: SoundPlan | undefined,
): Outcome<object> {
  if (output.video && !picture)
    return refuse(
      'source-no-stream',
      'The source has no picture to encode, but the preset asks for one.',
      'Choose a preset for sound, such as “audio”.',
    );
  if (!output.video && (sound?.maps.length ?? 0) === 0)
    return refuse(
      'source-no-stream',
      'The source has no sound to encode, and the preset leaves the picture out.',
      'Choose a preset with a picture, such as “web”.',
    );
  return { ok: true };
}

/** An animation has no sound: known beforehand. */
function unusedAudio(
  output: PlanInput['output'],
  sound: SoundPlan | undefined,
  probe: Probe,
): Expectation['notes'] {
  const has = probe.streams.some(({ type }) => type === 'audio');
  if (sound !== undefined || !has || outputKind(output) === 'animation') return [];
  const why = output.audio === false ? ', as the preset says' : ': the preset does not say how to encode it';
  return [loss('sound', `The sound is left out${why}.`)];
}

/** Seconds of the longest kept stream; the container's own where a stream does not say. */
function longest(probe: Probe, streams: readonly ProbeStream[]): number | undefined {
  const durations = streams.map((stream) => stream.duration);
  return durations.length === 0 || durations.some((duration) => duration === undefined)
    ? probe.duration
    : Math.max(...durations.filter((duration) => duration !== undefined));
}
