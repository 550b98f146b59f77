import type { SegmentSafety } from './plan.ts';

/** What holds for all of them together: one that cannot decides, else the longest preroll. */
export function strictest(parts: readonly SegmentSafety[]): SegmentSafety {
  const impossible = parts.find((part) => part.safe === 'no');
  if (impossible) return impossible;
  const prerolls = parts.flatMap((part) => (part.safe === 'preroll' ? [part.seconds] : []));
  return prerolls.length === 0 ? { safe: 'yes' } : { safe: 'preroll', seconds: Math.max(...prerolls) };
}
