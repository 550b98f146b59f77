import type { LoadSeries } from '../protocol/statusPageContract.ts';

/** Seconds that the load charts show. */
export const chartSeconds = 300;
/** Seconds without a sample after which the line is broken: the page was hidden, or the worker away. */
const gapSeconds = 15;

/** Columns for uPlot: seconds before the newest sample, then percent of processor and of memory. */
export type LoadColumns = [number[], (number | null)[], (number | null)[]];

export function loadColumns(series: LoadSeries): LoadColumns {
  const columns: LoadColumns = [[], [], []];
  const now = series.at.at(-1) ?? 0;
  let before = -Infinity;
  for (const [index, at] of series.at.entries()) {
    const x = (at - now) / 1000;
    if (x < -chartSeconds) continue;
    if (before !== -Infinity && x - before > gapSeconds) push(columns, (x + before) / 2, null, null);
    push(columns, x, percent(series.cpu[index]), percent(shareOfMemory(series, index)));
    before = x;
  }
  return columns;
}

function push(
  [x, cpu, memory]: LoadColumns,
  at: number,
  cpuValue: number | null,
  memoryValue: number | null,
): void {
  x.push(at);
  cpu.push(cpuValue);
  memory.push(memoryValue);
}

function shareOfMemory(series: LoadSeries, index: number): number | undefined {
  const used = series.memoryUsed[index];
  return used === undefined || series.memoryTotal <= 0 ? undefined : used / series.memoryTotal;
}

function percent(share: number | undefined): number | null {
  return share === undefined ? null : Math.min(100, Math.max(0, share * 100));
}
