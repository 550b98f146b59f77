import type { ContainerEntry } from './containers.ts';
import type { OutputPreset } from './output.ts';
import type { Probe } from './probe.ts';
import { pickVideo } from './streams.ts';
import { isOfPhone, type Tag } from './tags.ts';

/** Written by mkvmerge for each track; true of the source's track, but not of one that was encoded or cut. */
const staleTags = [
  ...['BPS', 'DURATION', 'NUMBER_OF_FRAMES', 'NUMBER_OF_BYTES'],
  ...['_STATISTICS_WRITING_APP', '_STATISTICS_WRITING_DATE_UTC', '_STATISTICS_TAGS'],
];

/** What MP4 says of itself, which another file of MP4 would say of its source. */
const brandTags = ['major_brand', 'minor_version', 'compatible_brands'];

export interface TagInput {
  readonly output: OutputPreset;
  readonly probe: Probe;
  readonly firstVideo: 0 | 1;
}

/** Arguments for the tags of a result and of its tracks. */
export function tagArguments({ output, probe, firstVideo }: TagInput, container: ContainerEntry): string[] {
  const { keep = true, set = {} } = output.metadata ?? {};
  const matroska = probe.formatName.startsWith('matroska');
  const stale = keep && matroska && keepsTrackTags.includes(output.container) ? staleTags : [];
  const hasAudio = probe.streams.some(({ type }) => type === 'audio');
  return [
    ...['-map_metadata', keep ? '0' : '-1'],
    // Ogg has no tags of the file: they are at its tracks, where most other containers keep none.
    ...(keep && hasAudio && probe.formatName === 'ogg' ? ['-map_metadata', '0:s:a:0'] : []),
    ...stale.flatMap((name) => [name, `${name}-eng`]).flatMap((name) => withoutTag(name, 's')),
    ...(container.isoMedia && writesPhoneTags(output, probe) ? phoneArguments(keptTags(output, probe)) : []),
    ...(container.isoMedia && firstVideo === 1 ? pictureTitle(probe) : []),
    ...Object.entries(set).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]),
  ];
}

/** Containers into which ffmpeg writes whatever tags a track has. */
const keepsTrackTags: readonly string[] = ['mkv', 'webm', 'ogg', 'opus', 'flac'];

/**
 * Whether MP4 and MOV are to have the tags in the form of phones (`-movflags use_metadata_tags`), which takes any name. It is
 * not for others: players look for title and artist in the older form, which takes theirs alone.
 */
export function writesPhoneTags(output: OutputPreset, probe: Probe): boolean {
  return keptTags(output, probe).some(isOfPhone);
}

/** Where it was recorded stands also where programs look that do not know the phone. */
function phoneArguments(tags: readonly Tag[]): string[] {
  const place = tags.find(({ name }) => /^com\.apple\.quicktime\.location\.iso6709$/iu.test(name));
  const isSaid = tags.some(({ name }) => name.toLowerCase() === 'location');
  return [
    ...brandTags.flatMap((name) => withoutTag(name, 'g')),
    ...(place && !isSaid ? ['-metadata', `location=${place.value}`] : []),
  ];
}

/** MP4 keeps the title of a track as the name of its handler, as for its sound. */
function pictureTitle(probe: Probe): string[] {
  const title = pickVideo(probe)?.title;
  return title === undefined ? [] : ['-metadata:s:v:0', `handler_name=${title}`];
}

/** Tags of the source that the result is to have. */
export function keptTags(output: OutputPreset, { tags = [] }: Probe): readonly Tag[] {
  const { keep = true, set = {} } = output.metadata ?? {};
  const given = new Set(Object.keys(set).map((name) => name.toLowerCase()));
  return keep ? tags.filter(({ name }) => !given.has(name.toLowerCase())) : [];
}

/** `specifier`: `g` of the file, `s` of every track. */
export function withoutTag(name: string, specifier: string): string[] {
  return [`-metadata:${specifier}`, `${name}=`];
}
