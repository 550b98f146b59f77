import { inputArguments, openable } from './commandParts.ts';
import type { PlanInput } from './planInput.ts';

/**
 * Of containers whose tracks do not tell their size: some demuxers take the beginning of a second recording for the end
 * of the file, without a word. How much of it ffmpeg reads tells that.
 */

/** What a demuxer leaves unread at the end is an index of some seconds' entries: less than this in bytes, or as a part. */
const leastUnread = { bytes: 64 * 1024, part: 0.01 } as const;

/** ffmpeg's arguments to read the source to its end. Undefined where the demuxer goes on, or says that it does not. */
export function sourceReadArguments({ sources, dialect }: PlanInput): string[] | undefined {
  const [source, ...more] = sources;
  const opened = openable(source.probe, dialect);
  if (more.length > 0 || !opened.ok || opened.family.endsAtSecond !== true) return undefined;
  return [
    ...['-hide_banner', '-loglevel', '+level+verbose', '-nostats', '-progress', 'pipe:1'],
    ...inputArguments(source, opened.family),
    ...['-map', '0:v?', '-map', '0:a?', '-c', 'copy', '-f', 'null', '-'],
  ];
}

/** The part of the source that ffmpeg reads, 0 to 1, where that is not all of it; from what it said at its end. */
export function partRead({ sources: [{ probe }] }: PlanInput, said: string): number | undefined {
  const counts = [...said.matchAll(/Statistics: (\d+) bytes read/gu)].map(([, count]) => Number(count));
  if (counts.length === 0) return undefined;
  const read = Math.max(...counts);
  const unread = probe.bytes - read;
  return unread >= Math.max(leastUnread.bytes, leastUnread.part * probe.bytes)
    ? read / probe.bytes
    : undefined;
}
