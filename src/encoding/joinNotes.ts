import { loss } from './findings.ts';
import { counted } from './tracks.ts';
import type { PlanSource } from './planInput.ts';
import type { Finding } from './verdict.ts';

/** What of several sources is not in the one result of them. `audio`: how many tracks of sound that has. */
export function joinNotes(sources: readonly PlanSource[], { audio }: { readonly audio: number }): Finding[] {
  const most = (type: 'audio' | 'subtitle'): number =>
    Math.max(...sources.map(({ probe }) => probe.streams.filter((stream) => stream.type === type).length));
  const further = most('audio') - audio;
  return [
    ...(most('subtitle') > 0 ? [loss('subtitles', 'Subtitles are left out where sources are joined.')] : []),
    ...(audio > 0 && further > 0
      ? [loss('sound', `${counted(further, 'further audio track')} left out where sources are joined.`)]
      : []),
    ...(sources.some(({ probe }) => (probe.chapters ?? 0) > 0)
      ? [loss('chapters', 'Chapters are left out where sources are joined.')]
      : []),
  ];
}
