/** Order statistics of a sample; all in the unit of the sample. */
export interface Spread {
  n: number;
  min: number;
  median: number;
  max: number;
  /** Half of the distance between the quartiles. */
  quartileDeviation: number;
}

export function quantile(sorted: readonly number[], q: number): number {
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    n: sorted.length,
    min: sorted[0] ?? Number.NaN,
    median: quantile(sorted, 0.5),
    max: sorted.at(-1) ?? Number.NaN,
    quartileDeviation: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2,
  };
}
