import { audioEncoderTable } from './audioEncoders.ts';
import { analysisArguments, spanDuration } from './commandParts.ts';
import { containerTable } from './containers.ts';
import { defaultEncoders } from './defaultEncoders.ts';
import type { Capabilities, Dialect } from './dialect.ts';
import type { ExpectedAudio } from './expectation.ts';
import type { Analysis, Measured, SegmentSafety } from './plan.ts';
import type { Span } from './planInput.ts';
import type { AudioEncoder, Container } from './presetNames.ts';
import type { AudioPreset } from './presetTracks.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { encodeTrack } from './soundEncode.ts';
import { chooseTracks } from './soundTracks.ts';
import type { ChosenTrack } from './soundTracks.ts';
import { startOffset } from './streams.ts';
import { resultLanguage, trackName, trackTags } from './tracks.ts';
import type { Finding } from './verdict.ts';

export interface SoundInput {
  readonly probe: Probe;
  readonly audio: AudioPreset;
  readonly container: Container;
  readonly span: Span;
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  readonly measured: Measured;
  /** Everything up to and with `-i SOURCE`, the span included: what measures hears what is encoded. */
  readonly inputArgv: readonly string[];
  /** Copied packets from before the span are left out; missing: they go with a picture that is copied too. */
  readonly dropsEarlier?: boolean;
}

export interface SoundPlan {
  /** Of each track, in their order in the result: `0:1`. */
  readonly maps: readonly string[];
  /** Options of the tracks: pairs of an option and its value. */
  readonly argv: readonly string[];
  readonly tracks: readonly ProbeStream[];
  readonly expected: readonly ExpectedAudio[];
  readonly encoders: readonly AudioEncoder[];
  /** Loudness that is not measured yet. */
  readonly analyses: readonly Analysis[];
  readonly notes: readonly Finding[];
  /** Of all tracks together, for a target size. */
  readonly bitsPerSecond: number;
  readonly segmentSafe: SegmentSafety;
}

interface PlannedTrack {
  readonly argv: readonly string[];
  readonly codec: string;
  readonly channels: number | undefined;
  readonly encoder?: AudioEncoder;
  readonly bitsPerSecond: number;
  readonly analysis?: Analysis;
  readonly notes: readonly Finding[];
}

/** Every track of sound that the preset keeps of this source: copied, or encoded so that no encoder refuses. */
export function planSound(input: SoundInput): Outcome<{ sound: SoundPlan }> {
  const choice = chooseTracks(input);
  if (!choice.ok) return choice;
  const { chosen } = choice;
  const planned: PlannedTrack[] = [];
  for (const [position, track] of chosen.entries()) {
    const outcome =
      track.action === 'copy' ? copyTrack(input, track, position) : planEncode(input, track, position);
    if (!outcome.ok) return outcome;
    planned.push(outcome.track);
  }
  const container = containerTable[input.container];
  const encoders = planned.flatMap(({ encoder }) => (encoder === undefined ? [] : [encoder]));
  const notes = [...choice.notes, ...planned.flatMap((track) => track.notes)];
  return {
    ok: true,
    sound: {
      maps: chosen.map(({ stream }) => `0:${stream.index}`),
      argv: chosen.flatMap((track, position) => [
        ...(planned[position]?.argv ?? []),
        ...trackTags(track, track.marks, `a:${position}`, container),
      ]),
      tracks: chosen.map(({ stream }) => stream),
      expected: chosen.map((track, position) => expectedTrack(input, track, planned[position])),
      encoders: [...new Set(encoders)],
      analyses: planned.flatMap(({ analysis }) => (analysis === undefined ? [] : [analysis])),
      notes,
      bitsPerSecond: planned.reduce((sum, track) => sum + track.bitsPerSecond, 0),
      // A film in pieces has its sound encoded whole, beside them.
      segmentSafe: { safe: 'yes' },
    },
  };
}

/** Bits per second of a copied track that does not say: on the safe side of what is usual. */
const usualCopy: Readonly<Record<string, number>> = { dts: 1_536_000, truehd: 4_000_000, flac: 1_000_000 };
const usualCopyOfChannel = 96_000;

function copyTrack(
  { dropsEarlier }: SoundInput,
  { stream }: ChosenTrack,
  position: number,
): Outcome<{ track: PlannedTrack }> {
  const { codec, channels = 2, sampleRate = 48_000, bitsPerSample = 16 } = stream;
  const pcm = codec.startsWith('pcm_') ? channels * sampleRate * bitsPerSample : undefined;
  return {
    ok: true,
    track: {
      argv: [
        ...[`-c:a:${position}`, 'copy'],
        ...(dropsEarlier === true ? [`-copypriorss:a:${position}`, '0'] : []),
      ],
      codec,
      channels: stream.channels,
      bitsPerSecond: stream.bitRate ?? pcm ?? usualCopy[codec] ?? channels * usualCopyOfChannel,
      notes: [],
    },
  };
}

function planEncode(
  input: SoundInput,
  track: ChosenTrack,
  position: number,
): Outcome<{ track: PlannedTrack }> {
  const chosen = chooseEncoder(input, track);
  if (!chosen.ok) return chosen;
  const measurable = checkMeasurable(input);
  if (!measurable.ok) return measurable;
  const { encoder } = chosen;
  const { audio, measured } = input;
  const encode = encodeTrack({ track, audio, encoder, position, measured: measured.loudness?.[position] });
  return {
    ok: true,
    track: {
      ...encode,
      encoder,
      codec: audioEncoderTable[encoder].codec,
      ...(encode.measuring === undefined
        ? {}
        : { analysis: measureLoudness(input, track.stream, position, encode.measuring) }),
    },
  };
}

function chooseEncoder(input: SoundInput, track: ChosenTrack): Outcome<{ encoder: AudioEncoder }> {
  const { audio, container, capabilities } = input;
  const own = track.settings.encoder !== undefined && track.rule !== undefined;
  const path = own ? ['audio', 'tracks', track.rule ?? 0, 'encoder'] : ['audio', 'encoder'];
  const encoder = track.settings.encoder ?? audio.encoder ?? defaultEncoders(container).audio;
  const { audioCodecs } = containerTable[container];
  if (encoder === undefined || !audioCodecs.includes(audioEncoderTable[encoder].codec))
    return refuse(
      'preset-invalid',
      encoder === undefined
        ? `The container ${container} holds no sound.`
        : `The container ${container} cannot hold ${audioEncoderTable[encoder].codec}, which ${encoder} makes for ${trackName(track)}.`,
      encoder === undefined
        ? 'Choose the container mp4 or mkv.'
        : `Choose the container mkv, or an audio encoder of ${audioCodecs.join(' or ')}.`,
      path,
    );
  const capability = capabilities[encoder];
  if (capability?.usable === true) return { ok: true, encoder };
  return refuse(
    'encoder-unavailable',
    `The preset’s audio encoder ${encoder} ${capability ? 'failed its trial run' : 'has not been tried yet'} on this worker.`,
    'Choose another audio encoder in the preset (aac is in every ffmpeg), or install an ffmpeg that has this one.',
    path,
  );
}

function checkMeasurable({ audio, dialect }: SoundInput): Outcome<object> {
  if (audio.loudness === undefined || dialect.filters.includes('loudnorm')) return { ok: true };
  return refuse(
    'ffmpeg-lacks',
    'The preset’s audio.loudness needs ffmpeg’s filter loudnorm, which the ffmpeg of this worker does not have.',
    'Install a complete ffmpeg, or take audio.loudness out of the preset.',
    ['audio', 'loudness'],
  );
}

function measureLoudness(input: SoundInput, stream: ProbeStream, position: number, filter: string): Analysis {
  const duration = spanDuration(input.span, stream.duration ?? input.probe.duration);
  return {
    kind: 'loudness',
    track: position,
    commands: [
      {
        argv: [
          ...analysisArguments,
          ...input.inputArgv,
          ...['-map', `0:${stream.index}`, '-filter:a:0', filter],
          ...['-f', 'null', '-'],
        ],
        // Decoding and measuring go many times as fast as encoding a picture.
        weight: Math.max(0.1, duration ?? 60) * 0.05,
        duration,
      },
    ],
  };
}

/** Containers that say the language of a track. */
const languages: readonly Container[] = ['mp4', 'mov', 'm4a', 'mkv', 'webm', 'ts'];

function expectedTrack(
  { probe, span, container }: SoundInput,
  { stream }: ChosenTrack,
  planned: PlannedTrack | undefined,
): ExpectedAudio {
  return {
    codec: planned?.codec ?? stream.codec,
    channels: planned?.channels,
    duration: spanDuration(span, stream.duration),
    startOffset: Math.max(0, startOffset(probe, stream) - span.start),
    sourceIndex: stream.index,
    language: languages.includes(container) ? resultLanguage(stream, containerTable[container]) : undefined,
  };
}
