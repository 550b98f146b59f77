/**
 * How long to wait before repeat number `repeats` (0 and up) of what failed: exponential back-off, from `first` on `factor`
 * times as long each time, `longest` at the most. In the unit of `first` and `longest`.
 */
export function grownWait(first: number, longest: number, factor: number, repeats: number): number {
  // Not infinity: times a wait of nothing it would be no number.
  return Math.min(longest, first * Math.min(factor ** repeats, Number.MAX_VALUE));
}
