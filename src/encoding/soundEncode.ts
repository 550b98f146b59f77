import { audioEncoderTable } from './audioEncoders.ts';
import type { AudioEncoderEntry } from './audioEncoders.ts';
import { hasLfe, fitLayout } from './channelLayouts.ts';
import type { LayoutFit } from './channelLayouts.ts';
import { loss, note } from './findings.ts';
import { isLinear, isSilent, measuringFilter, normalizingFilter } from './loudness.ts';
import type { MeasuredLoudness } from './plan.ts';
import type { AudioEncoder } from './presetNames.ts';
import type { AudioPreset } from './presetTracks.ts';
import type { ProbeStream } from './probe.ts';
import { bitrateWithin } from './soundBitrate.ts';
import type { ChosenTrack } from './soundTracks.ts';
import { trackName } from './tracks.ts';
import type { Finding } from './verdict.ts';

/** How one track is encoded. */
export interface TrackEncode {
  /** Pairs of an option and its value. */
  readonly argv: readonly string[];
  readonly channels: number;
  readonly bitsPerSecond: number;
  /** What measures the loudness, where that is still to be done. */
  readonly measuring?: string;
  readonly notes: readonly Finding[];
}

/** Samples per second beyond which a lossy encoder only spends bits on what nobody hears. */
const audible = 48_000;
/** What lossless compression leaves of PCM, about. */
const losslessShare = 0.65;

export function encodeTrack(input: {
  readonly track: ChosenTrack;
  readonly audio: AudioPreset;
  readonly encoder: AudioEncoder;
  /** Of the track among those of the result. */
  readonly position: number;
  readonly measured: MeasuredLoudness | undefined;
}): TrackEncode {
  const { track, audio, encoder, position, measured } = input;
  const { stream, settings } = track;
  const entry = audioEncoderTable[encoder];
  const maxChannels = settings.maxChannels ?? audio.maxChannels;
  const fit = fitLayout(
    { channels: stream.channels ?? 2, layout: stream.channelLayout },
    Object.values(entry.layouts),
    Math.min(entry.maxChannels, maxChannels ?? entry.maxChannels),
  );
  const rate = sampleRate(stream.sampleRate, audio.sampleRate, entry);
  const bits = bitrateWithin(settings.bitrate ?? audio.bitrate, encoder, fit.channels, rate ?? audible);
  const level = loudness(audio.loudness, measured);
  const filters = [fit.filter, level.filter].filter((filter) => filter !== '').join(',');
  const specifier = `a:${position}`;
  const say = (text: string | undefined, as: (message: string) => Finding): Finding[] =>
    text === undefined ? [] : [as(`${trackName(track)}: ${text}.`)];
  const resampled =
    rate !== undefined && rate < Math.min(stream.sampleRate ?? 0, audio.sampleRate ?? Infinity)
      ? `it is resampled from ${stream.sampleRate} to ${rate} Hz`
      : undefined;
  return {
    argv: [
      ...[`-c:${specifier}`, encoder],
      ...(filters === '' ? [] : [`-filter:${specifier}`, filters]),
      ...(rate === undefined || (rate === stream.sampleRate && level.filter === '')
        ? []
        : [`-ar:${specifier}`, String(rate)]),
      ...entry.arguments({
        channels: fit.channels,
        bitsPerSecond: bits?.value,
        bitsPerSample: stream.bitsPerSample,
        stream: specifier,
      }),
    ],
    channels: fit.channels,
    bitsPerSecond: bits?.value ?? usualBits(entry, encoder, fit.channels, rate ?? audible, stream),
    ...(level.measure && audio.loudness !== undefined
      ? { measuring: [fit.filter, measuringFilter(audio.loudness)].filter((text) => text !== '').join(',') }
      : {}),
    notes: [
      ...say(layoutNote(fit, stream, encoder, maxChannels), losesChannels(fit, entry) ? channelsLost : note),
      ...say(floatNote(stream, entry), (message) => loss('sound', message)),
      ...say(objectsNote(stream), channelsLost),
      ...[bits?.note, level.note, resampled].flatMap((text) => say(text, note)),
    ],
  };
}

/** The source's rate where the encoder takes it, else the next higher; missing: nothing is to be said. */
function sampleRate(
  source: number | undefined,
  asked: number | undefined,
  { sampleRates, lossless }: AudioEncoderEntry,
): number | undefined {
  if (asked !== undefined) return asked;
  if (source === undefined) return sampleRates?.[0];
  // 88.2 and 176.4 kHz are multiples of 44.1.
  const wanted = lossless || source <= audible ? source : source % 11_025 === 0 ? 44_100 : audible;
  if (sampleRates === undefined || sampleRates.includes(wanted)) return wanted;
  const ascending = sampleRates.toSorted((a, b) => a - b);
  return ascending.find((rate) => rate >= wanted) ?? ascending.at(-1);
}

function usualBits(
  entry: AudioEncoderEntry,
  encoder: AudioEncoder,
  channels: number,
  rate: number,
  { bitsPerSample = 16 }: ProbeStream,
): number {
  if (entry.lossless !== true) return entry.defaultBitrate(channels);
  const pcm = encoder === 'pcm_s16le' ? 16 : encoder === 'pcm_s24le' ? 24 : undefined;
  return channels * rate * (pcm ?? bitsPerSample * losslessShare);
}

function loudness(
  goal: number | undefined,
  measured: MeasuredLoudness | undefined,
): { filter: string; measure: boolean; note?: string } {
  if (goal === undefined) return { filter: '', measure: false };
  if (measured === undefined) return { filter: '', measure: true };
  if (isSilent(measured))
    return { filter: '', measure: false, note: 'it is silent, so its loudness stays as it is' };
  const filter = normalizingFilter(goal, measured);
  if (isLinear(goal, measured)) return { filter, measure: false };
  const note = `its peaks leave no room for ${goal} LUFS at one gain, so the level follows the sound`;
  return { filter, measure: false, note };
}

function channelsLost(message: string): Finding {
  return loss('channels', message);
}

/**
 * What shares a channel cannot be told apart again. And of channels that nobody has named, as those of a recorder with six
 * microphones, the one that is taken for the LFE loses all but its low tones.
 */
function losesChannels({ change, layout }: LayoutFit, { lossless }: AudioEncoderEntry): boolean {
  if (change === 'assumed') return lossless !== true && hasLfe(layout ?? '');
  return change === 'mixed' || change === 'cut';
}

/** Whole numbers have a full scale, and recorders that write floating point are bought for what lies above it. */
function floatNote({ codec }: ProbeStream, { endsAtFullScale }: AudioEncoderEntry): string | undefined {
  return endsAtFullScale === true && /^pcm_f\d/u.test(codec)
    ? 'its samples are in floating point: what is louder than full scale is cut off'
    : undefined;
}

function layoutNote(
  fit: LayoutFit,
  { channelLayout, channels }: ProbeStream,
  encoder: AudioEncoder,
  maxChannels: number | undefined,
): string | undefined {
  const [source, are] = channelLayout === undefined ? [`${channels} channels`, 'are'] : [channelLayout, 'is'];
  switch (fit.change) {
    case 'kept':
      return undefined;
    case 'widened':
      return `${encoder} has no ${source}, so it is kept as ${fit.layout} with silent channels`;
    case 'mixed':
      return `${source} ${are} mixed ${fit.channels < (channels ?? 0) ? 'down to' : 'into'} ${fit.layout}, ${
        maxChannels !== undefined && maxChannels <= fit.channels
          ? 'as the preset says'
          : `the nearest that ${encoder} takes`
      }`;
    case 'assumed':
      return `it does not say what its ${channels} channels are, so they are taken for ${fit.assumed}`;
    case 'cut':
      return `nobody can tell what its ${channels} channels (${source}) are for, so the first become ${fit.layout}`;
  }
}

/** Sounds that move through the room are metadata beside the channels; decoders give the channels alone. */
function objectsNote({ profile }: ProbeStream): string | undefined {
  return profile !== undefined && /atmos|dts:x/iu.test(profile)
    ? `its sound objects (${profile}) are lost; "do": "copy" keeps them`
    : undefined;
}
