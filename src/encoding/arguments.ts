import { audioArguments, checkAudio, checkAudioCapability } from './audioArguments.ts';
import { containerTable } from './containers.ts';
import { demuxerFamilyOf, fileUrl, inputWhitelists } from './demuxers.ts';
import type { DemuxerFamily } from './demuxers.ts';
import type { Capabilities, Dialect } from './dialect.ts';
import { videoEncoderTable } from './encoders.ts';
import type { Expectation } from './expectation.ts';
import { leftOut } from './leftOut.ts';
import type { AudioEncoder, AudioPreset, Preset, VideoEncoder, VideoPreset } from './preset.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { pickAudio, pickVideo } from './streams.ts';
import { checkVideo, chooseVideoEncoder, videoArguments } from './videoArguments.ts';

export interface BuildInput {
  readonly preset: Preset;
  readonly probe: Probe;
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  /** Absolute paths. `output` is the staged file and must not exist: ffmpeg is told never to overwrite. */
  readonly source: string;
  readonly output: string;
}

export interface BuiltCommand {
  /** ffmpeg's arguments, without the binary. */
  readonly argv: string[];
  readonly encoders: { readonly video?: VideoEncoder; readonly audio?: AudioEncoder };
  /** The kind of slot that it takes on a worker. */
  readonly slot: 'cpu' | 'nvenc' | 'qsv' | 'videotoolbox';
  readonly expected: Expectation;
}

/**
 * An encode as one ffmpeg command: pure, so that the preview a person sees is what runs. Standard input stays
 * open for `q`; progress comes on standard output, warnings with their level on standard error.
 */
export function buildArguments(input: BuildInput): Outcome<BuiltCommand> {
  const { preset, probe, dialect, capabilities } = input;
  const checked = checkPreset(preset);
  if (!checked.ok) return checked;

  const family = demuxerFamilyOf(probe.formatName);
  if (family === undefined || !family.names.some((name) => dialect.demuxers.includes(name)))
    return refuse(
      'source-not-media',
      `The source is of the kind “${probe.formatName}”, which this worker does not open.`,
      'Choose a video or audio file; playlists and image sequences are not encoded.',
    );

  const container = containerTable[preset.container];
  const picture = preset.video ? pickVideo(probe) : undefined;
  const tracks = preset.audio ? pickAudio(probe, container.manyAudioTracks) : [];
  const missing = checkStreams(preset, picture, tracks);
  if (!missing.ok) return missing;

  const video =
    preset.video && picture
      ? planVideo({ probe, preset, dialect, stream: picture, video: preset.video }, capabilities)
      : undefined;
  if (video?.ok === false) return video;
  const audio =
    preset.audio && tracks.length > 0
      ? planAudio({ probe, tracks, audio: preset.audio }, capabilities)
      : undefined;
  if (audio?.ok === false) return audio;

  return {
    ok: true,
    argv: [
      ...['-hide_banner', '-loglevel', '+level+warning', '-n'],
      // As often as a person is told (seconds); ffmpeg's own period is twice as long.
      ...['-nostats', '-stats_period', '0.25', '-progress', 'pipe:1'],
      ...inputArguments(family, input.source),
      ...[...(picture ? [picture] : []), ...tracks].flatMap((stream) => ['-map', `0:${stream.index}`]),
      ...['-map_metadata', '0', '-map_chapters', '0'],
      ...(video?.argv ?? []),
      ...(audio?.argv ?? []),
      ...container.arguments,
      ...['-f', container.muxer, fileUrl(input.output)],
    ],
    encoders: { video: video?.encoder, audio: audio?.encoder },
    slot: video ? videoEncoderTable[video.encoder].slot : 'cpu',
    expected: {
      video: video?.expected,
      audio: audio?.expected ?? [],
      duration: longest(probe, [...(picture ? [picture] : []), ...tracks]),
      durationEstimated: family.durationEstimated ?? false,
      notes: leftOut(preset, probe, picture, tracks),
    },
  };
}

/** Whether the parts of a preset go together, said in the preset's own words. */
export function checkPreset(preset: Preset): Outcome<object> {
  const video = preset.video ? checkVideo(preset, preset.video) : ({ ok: true } as const);
  if (!video.ok || !preset.audio) return video;
  return checkAudio(preset, preset.audio);
}

/** Every encoder that the preset may use: what a worker should have tried before it builds the command. */
export function encodersOf(preset: Preset): (VideoEncoder | AudioEncoder)[] {
  return [...(preset.video ? preset.video.encoders : []), ...(preset.audio ? [preset.audio.encoder] : [])];
}

function inputArguments(family: DemuxerFamily, source: string): string[] {
  return ['-f', family.names[0], ...inputWhitelists(family.names), '-i', fileUrl(source)];
}

function checkStreams(
  preset: Preset,
  picture: ProbeStream | undefined,
  tracks: readonly ProbeStream[],
): Outcome<object> {
  if (preset.video && !picture)
    return refuse(
      'source-no-stream',
      'The source has no picture to encode, but the preset asks for one.',
      'Choose a preset for sound, such as “audio”.',
    );
  if (!preset.video && tracks.length === 0)
    return refuse(
      'source-no-stream',
      'The source has no sound to encode, and the preset leaves the picture out.',
      'Choose a preset with a picture, such as “web”.',
    );
  return { ok: true };
}

function planVideo(
  input: { probe: Probe; preset: Preset; dialect: Dialect; stream: ProbeStream; video: VideoPreset },
  capabilities: Capabilities,
) {
  const choice = chooseVideoEncoder(input.video, capabilities);
  if (!choice.ok) return choice;
  const { encoder } = choice;
  return { ok: true, encoder, ...videoArguments({ ...input, encoder }) } as const;
}

function planAudio(
  input: { probe: Probe; tracks: readonly ProbeStream[]; audio: AudioPreset },
  capabilities: Capabilities,
) {
  const proved = checkAudioCapability(input.audio, capabilities);
  if (!proved.ok) return proved;
  return { ok: true, encoder: input.audio.encoder, ...audioArguments(input) } as const;
}

/** Seconds of the longest kept stream; the container's own where a stream does not say. */
function longest(probe: Probe, streams: readonly ProbeStream[]): number | undefined {
  const durations = streams.map((stream) => stream.duration);
  return durations.some((duration) => duration === undefined)
    ? probe.duration
    : Math.max(...durations.filter((duration) => duration !== undefined));
}
