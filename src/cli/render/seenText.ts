import { formatDuration } from '../../encoding/formatting.ts';

/** When somebody was here last; both milliseconds since the epoch. */
export function seenText(lastSeenAt: number | undefined, now: number): string {
  if (lastSeenAt === undefined) return 'never';
  const seconds = Math.max(0, now - lastSeenAt) / 1000;
  return seconds < 120 ? 'just now' : `${formatDuration(seconds)} ago`;
}
