import { audioEncoderTable } from './audioEncoders.ts';
import { containerTable } from './containers.ts';
import { defaultEncoders } from './defaultEncoders.ts';
import type { OutputPreset } from './output.ts';
import type { AudioEncoder } from './presetNames.ts';
import type { AudioPreset, AudioRule } from './presetTracks.ts';
import { bitsPerSecond } from './presetValues.ts';
import { refuse } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';

/** What an encoder or the container would refuse in the parts for sound and subtitles, whatever the source is. */

export function checkSound(output: OutputPreset): Outcome<object> {
  const { audio } = output;
  if (!audio) return { ok: true };
  const rules = typeof audio.tracks === 'object' ? audio.tracks : [];
  const parts: (() => Outcome<object>)[] = [
    () => (usesOwnEncoder(audio, rules) ? checkEncoder(output, audio.encoder, ['audio', 'encoder']) : fine),
    () => checkBitrate(encoderOf(output), audio.bitrate, ['audio', 'bitrate']),
    ...encodersOf(output).map((encoder) => () => checkSampleRate(encoder, audio)),
    ...rules.map((rule, index) => () => checkRule(output, rule, ['audio', 'tracks', index])),
    () => checkReach(rules, ['audio', 'tracks']),
  ];
  return firstProblem(parts);
}

export function checkSubtitles(output: OutputPreset): Outcome<object> {
  const { subtitles, container } = output;
  if (!subtitles || subtitles.tracks === undefined || subtitles.tracks === 'possible') return fine;
  const { textSubtitles, copySubtitles } = containerTable[container];
  const keeps = subtitles.tracks === 'all' || subtitles.tracks.some((rule) => rule.do === 'keep');
  if (keeps && textSubtitles === undefined && copySubtitles.length === 0)
    return refuse(
      'preset-invalid',
      `The container ${container} holds no subtitles, but the preset keeps some.`,
      'Choose the container mkv or mp4, or take "subtitles" out.',
      ['subtitles', 'tracks'],
    );
  return checkReach(typeof subtitles.tracks === 'object' ? subtitles.tracks : [], ['subtitles', 'tracks']);
}

/** Every encoder of sound that the preset may use: what a worker should have tried before it plans. */
export function audioEncodersOf(output: OutputPreset): AudioEncoder[] {
  return output.audio ? encodersOf(output) : [];
}

const fine = { ok: true } as const;

function encodersOf(output: OutputPreset): AudioEncoder[] {
  if (!output.audio) return [];
  const { audio } = output;
  const rules = typeof audio.tracks === 'object' ? audio.tracks : [];
  const general = usesOwnEncoder(audio, rules) ? encoderOf(output) : undefined;
  const own = rules.filter(encodes).map(({ encoder }) => encoder);
  return [...new Set([general, ...own])].filter((encoder) => encoder !== undefined);
}

function encoderOf({ audio, container }: OutputPreset): AudioEncoder | undefined {
  return (audio ? audio.encoder : undefined) ?? defaultEncoders(container).audio;
}

function encodes(rule: AudioRule): boolean {
  return rule.do === 'encode' || rule.do === 'keep';
}

/** Whether any track can be encoded by the encoder of the audio part itself. */
function usesOwnEncoder({ tracks }: AudioPreset, rules: readonly AudioRule[]): boolean {
  return typeof tracks !== 'object' || rules.some((rule) => encodes(rule) && rule.encoder === undefined);
}

function checkRule(output: OutputPreset, rule: AudioRule, path: (string | number)[]): Outcome<object> {
  if (!encodes(rule)) {
    const idle = (['encoder', 'bitrate', 'maxChannels'] as const).find((field) => rule[field] !== undefined);
    if (idle === undefined) return fine;
    return refuse(
      'preset-invalid',
      `"do": "${rule.do}" encodes nothing, so its ${idle} would have no effect.`,
      'Use "encode" or "keep", or take it out.',
      [...path, idle],
    );
  }
  const encoder = rule.encoder ?? encoderOf(output);
  return firstProblem([
    () => (rule.encoder === undefined ? fine : checkEncoder(output, rule.encoder, [...path, 'encoder'])),
    () => checkBitrate(encoder, rule.bitrate, [...path, 'bitrate']),
  ]);
}

function checkEncoder(
  { container }: OutputPreset,
  encoder: AudioEncoder | undefined,
  path: Problem['path'],
): Outcome<object> {
  if (encoder === undefined) return fine;
  const held = containerTable[container].audioCodecs;
  const { codec } = audioEncoderTable[encoder];
  if (held.includes(codec)) return fine;
  return refuse(
    'preset-invalid',
    held.length === 0
      ? `The container ${container} holds no sound.`
      : `The container ${container} cannot hold ${codec}, which ${encoder} makes.`,
    held.length === 0
      ? 'Leave the sound out with "audio": false.'
      : `Choose the container mkv, or an audio encoder of ${held.join(' or ')}.`,
    path,
  );
}

/** A bit rate with an encoder that has none is inherited mostly, and harmless. */
function checkBitrate(
  encoder: AudioEncoder | undefined,
  bitrate: string | undefined,
  path: Problem['path'],
): Outcome<object> {
  if (encoder === undefined || bitrate === undefined) return fine;
  const { bitrates, maxChannels, lossless } = audioEncoderTable[encoder];
  if (lossless === true || bitrates === undefined) return fine;
  const value = bitsPerSecond(bitrate);
  const max = bitrates.max * (bitrates.perChannel ? maxChannels : 1);
  if (value >= bitrates.min && value <= max) return fine;
  return refuse(
    'preset-invalid',
    `The audio encoder ${encoder} takes from ${bitrates.min / 1000}k to ${max / 1000}k, not ${bitrate}.`,
    'Choose a bit rate between, or leave it out for a usual one.',
    path,
  );
}

function checkSampleRate(encoder: AudioEncoder, { sampleRate }: AudioPreset): Outcome<object> {
  const { sampleRates } = audioEncoderTable[encoder];
  if (sampleRate === undefined || sampleRates === undefined || sampleRates.includes(sampleRate)) return fine;
  return refuse(
    'preset-invalid',
    `The audio encoder ${encoder} takes no ${sampleRate} samples per second.`,
    `Choose ${sampleRates.filter((rate) => rate >= 32_000).join(' or ')}, or leave sampleRate out.`,
    ['audio', 'sampleRate'],
  );
}

/** A rule for all tracks leaves none to those behind it. */
function checkReach(
  rules: readonly { readonly when?: object | undefined }[],
  path: (string | number)[],
): Outcome<object> {
  const all = rules.findIndex(({ when }) => when === undefined || Object.keys(when).length === 0);
  if (all < 0 || all === rules.length - 1) return fine;
  return refuse(
    'preset-invalid',
    `Rule ${all + 1} takes every track, so no rule behind it is ever used.`,
    'Put it last, or give it a "when".',
    [...path, all + 1],
  );
}

function firstProblem(parts: readonly (() => Outcome<object>)[]): Outcome<object> {
  for (const part of parts) {
    const outcome = part();
    if (!outcome.ok) return outcome;
  }
  return fine;
}
