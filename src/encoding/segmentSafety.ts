import type { SegmentSafety } from './plan.ts';

/** What holds for all of them together: one that cannot decides, else the longest preroll. */
export function strictest(parts: readonly SegmentSafety[]): SegmentSafety {
  let whole: SegmentSafety = { safe: 'yes' };
  for (const part of parts) {
    if (part.safe === 'no') return part;
    if (part.safe === 'preroll')
      whole = {
        safe: 'preroll',
        seconds: Math.max(part.seconds, whole.safe === 'preroll' ? whole.seconds : 0),
      };
  }
  return whole;
}
