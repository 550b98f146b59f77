import * as z from 'zod';

/** A tag of a file or of one of its tracks, by ffmpeg's name of it. */
export const tagSchema = z.object({
  name: z.string(),
  value: z.string(),
  /** ffmpeg’s number of the track whose it is; missing: the file’s. */
  track: z.int().min(0).optional(),
});

export type Tag = z.output<typeof tagSchema>;

/** What a probe keeps: a hostile file must not fill the queue. Lyrics are compared by how they begin. */
const maxTags = 200;
const maxNameLength = 100;
const maxValueLength = 300;

type Printed = Readonly<Record<string, string>>;

/** The tags of a file and of its tracks, as ffprobe prints them. */
export function readTags(
  file: Printed,
  tracks: readonly { readonly index: number; readonly tags: Printed }[] = [],
): Tag[] {
  return [
    ...Object.entries(file).map(([name, value]) => ({ name, value })),
    ...tracks.flatMap(({ index, tags }) =>
      Object.entries(tags).map(([name, value]) => ({ name, value, track: index })),
    ),
  ]
    .map(({ name, value, ...track }) => ({
      ...{ name: name.slice(0, maxNameLength), value: value.trim().slice(0, maxValueLength) },
      ...track,
    }))
    .filter(({ value }) => value !== '')
    .slice(0, maxTags);
}

/**
 * Names of those that a person or a camera gave the source and whose value the result has under no name, or under fewer names
 * than the source: containers have names of their own for the same thing. Each once, in the order of the source.
 */
export function lostTags(source: readonly Tag[], result: readonly Tag[]): string[] {
  const there = namesOfValues(result);
  const lost = new Set<string>();
  for (const [value, names] of namesOfValues(source)) {
    const told = [...names].filter((name) => !isTechnical(name));
    const kept = there.get(value) ?? new Set();
    if (kept.size >= told.length) continue;
    // Those that have their own name are there; of the others any may be the one that stands for another.
    for (const name of told.filter((each) => !kept.has(each))) lost.add(name);
  }
  return [...new Set(source.map(({ name }) => plainName(name)))].filter((name) => lost.has(name));
}

function namesOfValues(tags: readonly Tag[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const { name, value } of tags) {
    const names = all.get(comparable(value)) ?? new Set();
    all.set(comparable(value), names.add(plainName(name)));
  }
  return all;
}

/**
 * Of a phone, and in the form that it writes: MP4 and MOV keep them under the names that they have. Matroska writes names in
 * capitals.
 */
export function isOfPhone({ name }: Tag): boolean {
  return /^com\.(?:apple|android)\./iu.test(name);
}

/** Said anew of each file by whatever writes it, or told by another part of the probe. */
const technical = new Set([
  // Brands of MP4, and what its tracks say.
  ...['major_brand', 'minor_version', 'compatible_brands', 'handler_name', 'vendor_id', 'rotate'],
  // Who encoded it, how, and what came of it.
  ...['encoder', 'software', 'encoder_settings', 'encoding_params', 'itunsmpb', 'itunnorm', 'itunes_cddb_1'],
  ...['bps', 'duration', 'number_of_frames', 'number_of_bytes', 'source_id', 'variant_bitrate'],
  // Tracks have them in fields of their own, and timecodes are planned for themselves.
  ...['language', 'filename', 'mimetype', 'timecode', 'reel_name', 'umid', 'stereo_mode', 'alpha_mode'],
]);

function isTechnical(plain: string): boolean {
  return technical.has(plain) || /^(?:_statistics|id3v2_priv|replaygain|r128_)/u.test(plain);
}

/** `location-eng` is `location` once more, and some containers have capitals alone. */
function plainName(name: string): string {
  return name.replace(/-[a-z]{3}$/u, '').toLowerCase();
}

/** The same place, time and number in different clothes are the same. */
function comparable(value: string): string {
  const place = /^([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)/u.exec(value);
  if (place) return `${Number(place[1]).toFixed(3)} ${Number(place[2]).toFixed(3)}`;
  // Dates are written with and without a zone and parts of a second.
  const time = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/u.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time - (time % 1000)).toISOString();
  return value.replace(/\d+/gu, (digits) => digits.replace(/^0+(?=\d)/u, '')).toLowerCase();
}
