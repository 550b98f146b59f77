import { languageCode } from './languages.ts';
import type { TrackCondition } from './presetTracks.ts';
import type { Probe, ProbeStream } from './probe.ts';

/** A track of sound or subtitles, and its number among its kind, from 1: how presets and people name it. */
export interface Track {
  readonly stream: ProbeStream;
  readonly number: number;
}

/** Ogg keeps the title of the whole file at its tracks: none of theirs. */
export function tracksOf({ streams, formatName }: Probe, type: 'audio' | 'subtitle'): Track[] {
  return streams
    .filter((stream) => stream.type === type)
    .map((stream) => (formatName === 'ogg' ? { ...stream, title: undefined } : stream))
    .map((stream, index) => ({ stream, number: index + 1 }));
}

export function meets({ stream, number }: Track, when: TrackCondition | undefined): boolean {
  if (when === undefined) return true;
  return (
    (when.number === undefined || when.number === number) &&
    (when.language === undefined || when.language.some((language) => speaks(stream, language))) &&
    (when.codec === undefined || when.codec.includes(stream.codec)) &&
    (when.default === undefined || when.default === stream.default) &&
    (when.forced === undefined || when.forced === (stream.forced ?? false)) &&
    (when.commentary === undefined || when.commentary === isCommentary(stream))
  );
}

function speaks(stream: ProbeStream, language: string): boolean {
  return languageCode(stream.language ?? 'und') === languageCode(language);
}

const commentaryTitle = /comment(?:ary|aries|aire)|kommentar|comentario|commento|commentaar/iu;

export function isCommentary(stream: ProbeStream): boolean {
  return stream.commentary === true || commentaryTitle.test(stream.title ?? '');
}

/** `Audio track 2 (eng, ac3)`. */
export function trackName({ stream, number }: Track): string {
  const kind = stream.type === 'audio' ? 'Audio' : 'Subtitle';
  const details = [stream.language, stream.codec].filter((text) => text !== undefined && text !== '');
  return `${kind} track ${number} (${details.join(', ')})`;
}

/** `2 audio tracks`, and the verb that goes with it. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? ' is' : 's are'}`;
}

export interface Marks {
  readonly default?: boolean | undefined;
  readonly forced?: boolean | undefined;
  readonly title?: string | undefined;
}

/**
 * Flags, language and title of track `position` of its kind in the result. Written always where known: nothing else
 * carries them into a container that keeps them elsewhere, or where the source's tags are dropped. `+` and `-` leave
 * the other flags (commentary, for the hard of hearing) as the source has them.
 */
export function trackTags(
  track: Track,
  marks: Marks,
  specifier: string,
  container: { readonly isoMedia: boolean; readonly muxer: string },
): string[] {
  const { stream } = track;
  const changed = (['default', 'forced'] as const)
    .filter((flag) => marks[flag] !== undefined && marks[flag] !== (stream[flag] ?? false))
    .map((flag) => `${marks[flag] === true ? '+' : '-'}${flag}`);
  const title = marks.title ?? stream.title;
  const language = resultLanguage(stream, container);
  const tag = (name: string, value: string): string[] => [`-metadata:s:${specifier}`, `${name}=${value}`];
  return [
    ...(changed.length > 0 ? [`-disposition:${specifier}`, changed.join('')] : []),
    ...(language === undefined ? [] : tag('language', language)),
    ...(title === undefined ? [] : tag('title', title)),
    // There the name of the handler is what players show as the title.
    ...(title !== undefined && container.isoMedia ? tag('handler_name', title) : []),
  ];
}

/** MP4 and MPEG-TS have room for three letters and forget anything else. */
export function resultLanguage(
  { language }: ProbeStream,
  container: { readonly isoMedia: boolean; readonly muxer: string },
): string | undefined {
  if (language === undefined) return undefined;
  const three = container.isoMedia || container.muxer === 'mpegts';
  return three ? languageCode(language) : language;
}
