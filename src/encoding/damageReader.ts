import { meansDamage, meansTruncation } from './stderr.ts';

/** A stretch of damage: messages that come within a second of each other are one. */
export interface DamagedPlace {
  /** Second of the file near which it lies; missing where nothing had been decoded yet. */
  readonly at?: number;
  /** The first message, in ffmpeg’s own words. */
  readonly message: string;
}

export interface DamageReader {
  /** Standard error as it comes, cut anywhere; `at` is the second that was reached meanwhile. */
  push(chunk: string, at: number | undefined): void;
  /** Everything until now, an unfinished line included. */
  summary(): DamageSummary;
}

export interface DamageSummary {
  /** Number of messages. */
  readonly messages: number;
  readonly places: readonly DamagedPlace[];
  /** Places beyond those that are kept. */
  readonly morePlaces: number;
  /** Nothing was lost: packets that are out of step, as where two streams were put one behind the other. */
  readonly harmless: boolean;
  readonly truncated: boolean;
  /** The last lines, for `explainFailure`. */
  readonly tail: readonly string[];
}

const keptPlaces = 50;
const tailLength = 40;
const maxLineLength = 8192;
/** Seconds within which messages are about one place. */
const placeSeconds = 1;

/** Unlike an encode, which goes on, a check takes every complaint of a demuxer or decoder for what it is. */
export function createDamageReader(): DamageReader {
  const places: DamagedPlace[] = [];
  const tail: string[] = [];
  let line = '';
  let messages = 0;
  let morePlaces = 0;
  let truncated = false;
  let harmless = true;
  let lastAt: number | undefined;

  function take(text: string, at: number | undefined): void {
    if (text.trim() === '') return;
    tail.push(text);
    if (tail.length > tailLength) tail.shift();
    if (meansTruncation(text) || shorterThanSaid.test(text)) truncated = true;
    if (!isComplaint(text)) return;
    messages += 1;
    if (!outOfStep.test(text)) harmless = false;
    const same = messages > 1 && Math.abs((at ?? 0) - (lastAt ?? 0)) < placeSeconds;
    lastAt = at;
    if (same) return;
    if (places.length < keptPlaces)
      places.push({ ...(at === undefined ? {} : { at }), message: plain(text) });
    else morePlaces += 1;
  }

  return {
    push(chunk, at) {
      const lines = (line + chunk).split(/\r\n|\n|\r/u);
      line = (lines.pop() ?? '').slice(0, maxLineLength);
      for (const complete of lines) take(complete.slice(0, maxLineLength), at);
    },
    summary() {
      if (line !== '') take(line, lastAt);
      line = '';
      return { messages, places: [...places], morePlaces, harmless, truncated, tail: [...tail] };
    },
  };
}

function isComplaint(text: string): boolean {
  return meansDamage(text) || (/\[(?:error|fatal|panic)\]/u.test(text) && !notTheFile.test(text));
}

/**
 * About what this check writes, and about the end of the run as a whole. ffmpeg 8 says the last one of every healthy
 * Opus track; a damaged one makes its decoder complain too.
 */
const notTheFile = /framecrc|Conversion failed|muxer|Error parsing Opus packet header/iu;

/** An MP3 keeps its own length in its first frame. */
const shorterThanSaid = /filesize and duration do not match/u;

/** A packet out of step in a transport stream, as where two recordings follow each other: decoders tell what is lost. */
const outOfStep = /\[mpegts @ .*Packet corrupt|corrupt input packet in stream/u;

/** Without the addresses and the level that ffmpeg puts before a message. */
function plain(text: string): string {
  const name = /^\[([a-z0-9_]+)/iu.exec(text)?.[1];
  const message = text
    .replace(/^(?:\[[^\]]*\]\s*)+/u, '')
    .trim()
    .replace(/[.!]+$/u, '');
  return name === undefined || /^(?:error|fatal|warning)$/u.test(name) ? message : `${name}: ${message}`;
}
