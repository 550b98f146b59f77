import { formatSeconds, plural } from '../../encoding/formatting.ts';
import { printable } from '../../encoding/printable.ts';
import type { CheckedTrack, Health } from '../../protocol/inquiry.ts';
import { shortenPath } from '../paths.ts';
import { findingText, type TextOptions } from './jobText.ts';

const shownPlaces = 10;

/** What a check found: one line, and lines below it for what is wrong and what each track came to. */
export function healthLines(health: Health, options: TextOptions): string[] {
  const { style } = options;
  const { level, findings } = health.verdict;
  const name = shortenPath(health.path, options);
  const mark = { pass: style.good('✓'), warn: style.warn('!'), fail: style.bad('✗') }[level];
  const all = level === 'pass' ? [] : [...placeLines(health, options), ...trackLines(health, options)];
  return [
    `${mark} ${name}: ${wordOf(health)}`,
    ...findings.map((finding) => `    ${findingText(finding, style)}`),
    ...all,
  ];
}

function wordOf({ verdict, thorough, announced, reached }: Health): string {
  const length = reached ?? announced;
  const time = length === undefined ? '' : `, ${formatSeconds(length)}`;
  switch (verdict.level) {
    case 'pass':
      return thorough ? `whole, all of it was decoded${time}` : `its beginning and its end play${time}`;
    case 'warn':
      return 'worth a look';
    case 'fail':
      return 'not as it should be';
  }
}

function placeLines({ places }: Health, { style }: TextOptions): string[] {
  // The first one is named in the finding already.
  if (places.length < 2) return [];
  const lines = places.slice(0, shownPlaces).map(({ at, message }) => {
    const near = at === undefined ? '' : `near ${formatSeconds(at)}: `;
    return style.dim(`      ${near}${printable(message)}`);
  });
  const more = places.length - shownPlaces;
  return more > 0 ? [...lines, style.dim(`      and ${plural(more, 'place')} more`)] : lines;
}

function trackLines({ tracks }: Health, { style }: TextOptions): string[] {
  return tracks
    .filter(({ decoded }) => decoded)
    .map((track) =>
      style.dim(`      track ${track.index}, ${track.type} (${track.codec}): ${extent(track)}`),
    );
}

function extent({ frames, reached, announced }: CheckedTrack): string {
  if (reached === undefined) return 'nothing decoded';
  const of = announced === undefined ? '' : ` of ${formatSeconds(announced)}`;
  return `${plural(frames ?? 0, 'frame')}, ${formatSeconds(reached)}${of}`;
}
