import { containerTable } from './containers.ts';
import type { ContainerEntry } from './containers.ts';
import type { Dialect } from './dialect.ts';
import { droppingEarlier } from './dialectTrials.ts';
import type { Container } from './presetNames.ts';
import type { SubtitleRule, SubtitlesPreset } from './presetTracks.ts';
import type { Probe } from './probe.ts';
import { loss } from './findings.ts';
import { refuse } from './problem.ts';
import type { Outcome, Problem } from './problem.ts';
import { counted, meets, trackName, trackTags, tracksOf } from './tracks.ts';
import type { Marks, Track } from './tracks.ts';
import type { Finding } from './verdict.ts';

export interface SubtitlesPlan {
  /** Of each track, in their order in the result: `0:3`. */
  readonly maps: readonly string[];
  /** Options of the tracks: pairs of an option and its value. */
  readonly argv: readonly string[];
  /** Codecs of the tracks of the result, in order. */
  readonly expected: readonly string[];
  readonly notes: readonly Finding[];
}

export interface SubtitlesInput {
  readonly probe: Probe;
  readonly subtitles: SubtitlesPreset | false | undefined;
  readonly container: Container;
  readonly dialect: Dialect;
  /** ffmpeg's number of a stream that is burnt into the picture, and so left out here. */
  readonly burnt?: number | undefined;
  /** What comes up before the span is left out; missing: it goes with a picture that is copied. */
  readonly dropsEarlier?: boolean;
}

/** Text that ffmpeg can decode, and so write as any other text. */
export const textCodecs: ReadonlySet<string> = new Set([
  ...['subrip', 'srt', 'ass', 'ssa', 'webvtt', 'mov_text', 'text', 'sami', 'realtext', 'microdvd', 'mpl2'],
  ...['jacosub', 'pjs', 'stl', 'subviewer', 'subviewer1', 'vplayer', 'eia_608'],
]);
const pictureCodecs = new Set(['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub']);
const styledCodecs = ['ass', 'ssa'];

/** ffprobe's name of what the container's encoder of text makes. */
const encodedAs = { mov_text: 'mov_text', subrip: 'subrip', webvtt: 'webvtt' } as const;

interface Wanted extends Track {
  readonly marks: Marks;
  /** The field that asks for this very track: then it is a problem if it cannot be kept. */
  readonly path?: Problem['path'];
}

/** What becomes of a track: `codec` is ffmpeg's `-c:s`, or `why` it cannot be in this container. */
type Fate =
  | { readonly codec: string; readonly result: string; readonly note?: string }
  | { readonly codec?: undefined; readonly why: string; readonly burnable: boolean };

/** Subtitle tracks of a result: copied where the container holds them, text into the container's kind of text. */
export function planSubtitles(input: SubtitlesInput): Outcome<{ subtitles: SubtitlesPlan }> {
  const { probe, container, burnt } = input;
  const entry = containerTable[container];
  const tracks = tracksOf(probe, 'subtitle').filter(({ stream }) => stream.index !== burnt);
  if (input.subtitles === false) return leftOut(tracks.length);
  const { wanted, unmatched, dropped } = choose(tracks, input.subtitles?.tracks ?? 'possible');
  const maps: string[] = [];
  const argv: string[] = [];
  const expected: string[] = [];
  const kept: Wanted[] = [];
  const notes = [
    ...(unmatched > 0
      ? [`${counted(unmatched, 'subtitle track')} left out: no rule of the preset fits.`]
      : []),
    ...(dropped > 0 ? [`${counted(dropped, 'subtitle track')} left out by a rule of the preset.`] : []),
  ];
  for (const track of wanted) {
    const fate = fateOf(track, container, entry, input);
    if (fate.codec === undefined) {
      const message = `${trackName(track)} ${fate.why}`;
      if (track.path) return cannotKeep(`${message}.`, fate.burnable, container, track.path);
      notes.push(`${message}: it is left out${fate.burnable ? '; the container mkv keeps it' : ''}.`);
      continue;
    }
    const specifier = `s:${maps.length}`;
    maps.push(`0:${track.stream.index}`);
    kept.push(track);
    argv.push(`-c:${specifier}`, fate.codec);
    if (input.dropsEarlier === true) argv.push(...withoutEarlier(fate.codec, specifier));
    argv.push(...trackTags(track, track.marks, specifier, entry));
    expected.push(fate.result);
    if (fate.note !== undefined) notes.push(`${trackName(track)} ${fate.note}.`);
  }
  // Where all are off, ffmpeg switches on the first of several, unless it is told something of any mark.
  if (maps.length > 0 && !kept.some(isDefault) && !argv.some((text) => text.startsWith('-disposition:')))
    argv.push('-disposition:s:0', '-default');
  return {
    ok: true,
    subtitles: { maps, argv, expected, notes: notes.map((message) => loss('subtitles', message)) },
  };
}

function isDefault({ marks, stream }: Wanted): boolean {
  return marks.default ?? stream.default;
}

function leftOut(count: number): Outcome<{ subtitles: SubtitlesPlan }> {
  const notes = count > 0 ? [loss('subtitles', `${counted(count, 'subtitle track')} left out.`)] : [];
  return { ok: true, subtitles: { maps: [], argv: [], expected: [], notes } };
}

function choose(
  tracks: readonly Track[],
  asked: NonNullable<SubtitlesPreset['tracks']>,
): { wanted: Wanted[]; unmatched: number; dropped: number } {
  if (typeof asked === 'string')
    return {
      wanted: tracks.map((track) => ({
        ...track,
        marks: {},
        ...(asked === 'all' ? { path: ['subtitles', 'tracks'] } : {}),
      })),
      unmatched: 0,
      dropped: 0,
    };
  const wanted: Wanted[] = [];
  let unmatched = 0;
  let dropped = 0;
  for (const track of tracks) {
    const index = asked.findIndex((rule) => meets(track, rule.when));
    const rule: SubtitleRule | undefined = asked[index];
    if (rule === undefined) unmatched += 1;
    if (rule?.do === 'drop') dropped += 1;
    if (rule?.do !== 'keep') continue;
    // One track plays by default: the first that a rule marks.
    const first = rule.default === true && wanted.some(({ marks }) => marks.default === true);
    const marks = { default: first ? false : rule.default, forced: rule.forced, title: rule.title };
    wanted.push({ ...track, marks, path: ['subtitles', 'tracks', index, 'do'] });
  }
  // A rule's default takes the flag from the track that has it in the source.
  const chosen = wanted.some(({ marks }) => marks.default === true);
  const others = (track: Wanted): Marks => ({ ...track.marks, default: track.marks.default ?? false });
  return {
    wanted: chosen ? wanted.map((track) => ({ ...track, marks: others(track) })) : wanted,
    unmatched,
    dropped,
  };
}

/** A packet with a time before zero would move everything else: muxers begin with the earliest. */
function withoutEarlier(codec: string, specifier: string): string[] {
  return codec === 'copy' ? [`-copypriorss:${specifier}`, '0'] : [`-bsf:${specifier}`, droppingEarlier];
}

function fateOf(
  { stream }: Track,
  container: Container,
  entry: ContainerEntry,
  { dialect, dropsEarlier }: SubtitlesInput,
): Fate {
  const { codec } = stream;
  const { textSubtitles, copySubtitles } = entry;
  if (copySubtitles.includes(codec)) return { codec: 'copy', result: codec };
  if (pictureCodecs.has(codec))
    return { why: `is made of pictures, which the container ${container} cannot hold`, burnable: true };
  if (!textCodecs.has(codec) || (codec === 'eia_608' && !dialect.decoders.includes('cc_dec')))
    return { why: 'is of a kind that ffmpeg cannot convert', burnable: false };
  if (textSubtitles === undefined)
    return { why: `is text, which the container ${container} cannot hold`, burnable: true };
  if (dropsEarlier === true && !dialect.features.includes('drop-packets'))
    return { why: 'cannot begin in the middle with this ffmpeg', burnable: false };
  const styled = styledCodecs.includes(codec);
  return {
    codec: textSubtitles,
    result: encodedAs[textSubtitles],
    ...(styled ? { note: `loses its fonts, colours and places as ${textSubtitles}` } : {}),
  };
}

function cannotKeep(message: string, burnable: boolean, container: Container, path: Problem['path']) {
  return refuse(
    'preset-invalid',
    message,
    burnable && container !== 'mkv'
      ? 'Use the container mkv, burn it into the picture with video.burnSubtitles, or leave it out.'
      : 'Leave it out: "tracks": "possible" keeps the others.',
    path,
  );
}
