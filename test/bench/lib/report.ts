import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spread } from './statistics.ts';

/** One measured figure: its values in order of measuring, and what the project promises of the median. */
export interface Figure {
  name: string;
  unit: string;
  values: number[];
  /** The promise: the median is at most this. */
  atMost?: number | undefined;
  /** Or this: the median is at least this. */
  atLeast?: number | undefined;
}

const root = path.join(import.meta.dirname, '..', '..', '..');

/** Prints a table (n, median, spread, promise) and keeps the raw values as out/bench/NAME-TIME.json. */
export function report(name: string, figures: readonly Figure[], context: Record<string, unknown>): void {
  const rows = figures.map((figure) => {
    const s = spread(figure.values);
    const digits = (value: number) => value.toFixed(figure.unit === 'ms' ? 0 : 3);
    return {
      figure: figure.name,
      unit: figure.unit,
      n: s.n,
      median: digits(s.median),
      'min … max': `${digits(s.min)} … ${digits(s.max)}`,
      'quartile deviation': digits(s.quartileDeviation),
      promised: promiseOf(figure, digits),
      kept: isKept(figure, s.median),
    };
  });
  console.log(`\n${name}`);
  console.table(rows);
  const folder = path.join(root, 'out', 'bench');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}-${new Date().toISOString().replaceAll(':', '')}.json`);
  const machine = {
    cpu: os.cpus()[0]?.model,
    cores: os.cpus().length,
    platform: process.platform,
    node: process.version,
  };
  writeFileSync(file, JSON.stringify({ name, machine, context, figures }, undefined, 2));
  console.log(`Raw values: ${path.relative(root, file)}`);
}

function promiseOf({ atMost, atLeast }: Figure, digits: (value: number) => string): string {
  if (atMost !== undefined) return `≤ ${digits(atMost)}`;
  return atLeast === undefined ? '' : `≥ ${digits(atLeast)}`;
}

function isKept({ atMost, atLeast }: Figure, median: number): string {
  if (atMost === undefined && atLeast === undefined) return '';
  return median <= (atMost ?? median) && median >= (atLeast ?? median) ? 'yes' : 'NO';
}
