import { containerTable } from './containers.ts';
import type { Container } from './presetNames.ts';
import type { AudioPreset, AudioRule } from './presetTracks.ts';
import type { Probe } from './probe.ts';
import { loss } from './findings.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { hasSound, pickAudio } from './streams.ts';
import { counted, meets, trackName, tracksOf } from './tracks.ts';
import type { Marks, Track } from './tracks.ts';
import type { Finding } from './verdict.ts';

/** A track of sound that will be in the result, and what becomes of it. */
export interface ChosenTrack extends Track {
  readonly action: 'encode' | 'copy';
  /** Number of the rule that chose it, for the path of a problem; missing: no rules. */
  readonly rule?: number | undefined;
  readonly settings: Pick<AudioRule, 'encoder' | 'bitrate' | 'maxChannels'>;
  readonly marks: Marks;
}

/** Files that have exactly one track. */
const singleTrack: readonly Container[] = ['mp3', 'flac', 'wav'];

export interface Choice {
  readonly chosen: readonly ChosenTrack[];
  readonly notes: readonly Finding[];
}

export function chooseTracks(input: {
  readonly probe: Probe;
  readonly audio: AudioPreset;
  readonly container: Container;
}): Outcome<Choice> {
  const all = tracksOf(input.probe, 'audio');
  const usable = all.filter(({ stream }) => hasSound(stream));
  const broken = all
    .filter((track) => !usable.includes(track))
    .map((track) => loss('sound', `${trackName(track)} is left out: ffmpeg cannot read it.`));
  const choice = chooseAmong(usable, input);
  if (!choice.ok) return choice;
  const { chosen, notes } = choice;
  if (chosen.length > 1 && singleTrack.includes(input.container))
    return refuse(
      'preset-invalid',
      `The container ${input.container} holds one audio track, but the preset keeps ${chosen.length} of this source.`,
      'Use the container mkv, or "tracks": "default".',
      ['audio', 'tracks'],
    );
  return { ok: true, chosen: withOneDefault(chosen), notes: [...broken, ...notes] };
}

function chooseAmong(
  usable: readonly Track[],
  { probe, audio, container }: { probe: Probe; audio: AudioPreset; container: Container },
): Outcome<Choice> {
  const { manyAudioTracks } = containerTable[container];
  const { tracks = manyAudioTracks ? 'all' : 'default' } = audio;
  if (typeof tracks !== 'string') return byRules(usable, tracks, container);
  const kept =
    tracks === 'all'
      ? usable
      : usable.filter(({ stream }) => stream.index === pickAudio(probe, false)[0]?.index);
  const left = usable.length - kept.length;
  return {
    ok: true,
    chosen: kept.map((track) => ({ ...track, action: 'encode', settings: {}, marks: {} })),
    notes: left > 0 && kept[0] ? [loss('sound', otherTracks(left, kept[0], audio, container))] : [],
  };
}

function otherTracks(left: number, kept: Track, audio: AudioPreset, container: Container): string {
  const advice = singleTrack.includes(container)
    ? 'a preset with the container mkv keeps all'
    : '"tracks": "all" in the preset’s audio keeps them';
  const others = `${left} other${left === 1 ? ' is' : 's are'} left out`;
  return `${trackName(kept)} is kept, ${others}${audio.tracks === 'default' ? '' : `; ${advice}`}.`;
}

function byRules(
  usable: readonly Track[],
  rules: readonly AudioRule[],
  container: Container,
): Outcome<Choice> {
  const chosen: ChosenTrack[] = [];
  let unmatched = 0;
  let dropped = 0;
  for (const track of usable) {
    const index = rules.findIndex((rule) => fits(track, rule));
    const rule = rules[index];
    if (rule === undefined) unmatched += 1;
    if (rule?.do === 'drop') dropped += 1;
    if (rule === undefined || rule.do === 'drop') continue;
    const { encoder, bitrate, maxChannels, default: isDefault, forced, title } = rule;
    const action = actionFor(track, rule, container);
    if (rule.do === 'copy' && !holds(container, track.stream.codec))
      return refuse(
        'preset-invalid',
        `${trackName(track)} cannot be copied: the container ${container} holds no ${track.stream.codec}.`,
        'Use "keep", which encodes what cannot be copied; or the container mkv.',
        ['audio', 'tracks', index, 'do'],
      );
    const settings = { encoder, bitrate, maxChannels };
    chosen.push({ ...track, action, rule: index, settings, marks: { default: isDefault, forced, title } });
  }
  const notes = [
    ...(unmatched > 0 ? [`${counted(unmatched, 'audio track')} left out: no rule of the preset fits.`] : []),
    ...(dropped > 0 ? [`${counted(dropped, 'audio track')} left out by a rule of the preset.`] : []),
  ];
  return { ok: true, chosen, notes: notes.map((message) => loss('sound', message)) };
}

function fits(track: Track, { when }: AudioRule): boolean {
  return meets(track, when) && (when?.channelsAbove ?? 0) < (track.stream.channels ?? 0);
}

/** A rule that mixes down cannot copy what has more channels. */
function actionFor(track: Track, rule: AudioRule, container: Container): 'encode' | 'copy' {
  if (rule.do === 'copy') return 'copy';
  const tooMany = rule.maxChannels !== undefined && (track.stream.channels ?? 0) > rule.maxChannels;
  return rule.do === 'keep' && !tooMany && holds(container, track.stream.codec) ? 'copy' : 'encode';
}

function holds(container: Container, codec: string): boolean {
  const { audioCodecs, copyAudio = [] } = containerTable[container];
  return [...audioCodecs, ...copyAudio].includes(codec);
}

/**
 * Players choose by this flag, so one track has it: the first that a rule names, else the source's, else the first.
 * A rule that says `default: false` of all is taken at its word.
 */
function withOneDefault(chosen: readonly ChosenTrack[]): ChosenTrack[] {
  const allowed = chosen.filter(({ marks }) => marks.default !== false);
  const one =
    allowed.find(({ marks }) => marks.default === true) ??
    allowed.find(({ stream }) => stream.default) ??
    allowed[0];
  return chosen.map((track) => ({ ...track, marks: { ...track.marks, default: track === one } }));
}
