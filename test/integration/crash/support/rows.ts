import { faultNames, type FaultName } from './faults.ts';
import { kinds, type Kind } from './kinds.ts';
import type { Row } from './lab.ts';
import { steps, type Point, type Step } from './steps.ts';

/** Every row of the table: kind × way of placing × step × output × fault. Every second one has a taken name. */
export function allRows(faults: readonly FaultName[] = faultNames): Row[] {
  const rows: Row[] = [];
  for (const kind of kinds)
    for (const placing of kind.placings)
      for (const step of steps) {
        if (!happens(step, kind)) continue;
        if (step.only && !step.only({ placing, folder: kind.name === 'folder' })) continue;
        // What comes before the placing is the same however the result is placed.
        if (placing !== kind.placings[0] && step.number < stepOfPlacing) continue;
        // A phase meets an even number of faults, which shall not meet the same half of the rows each time.
        const turn = step.phase ? step.number : 0;
        for (let output = 0; output < (step.eachOutput ? kind.results.length : 1); output += 1)
          for (const fault of faults)
            if (!step.phase || fault !== 'kill ffmpeg')
              rows.push({ kind, placing, step, output, fault, foreign: (rows.length + turn) % 2 === 1 });
      }
  return rows;
}

/**
 * A part of the table in which every kind and way of placing meets every step once, and the faults and outputs take
 * turns.
 */
export function coveringRows(): Row[] {
  const seen = new Map<string, Row[]>();
  for (const row of allRows()) {
    // The other ways differ in how a result comes to its name, and in nothing else.
    const isFirst = row.placing === row.kind.placings[0];
    if (!isFirst && !row.step.only && !placingPoints.includes(row.step.point)) continue;
    const place = `${row.kind.name} ${row.placing} ${row.step.point}`;
    seen.set(place, [...(seen.get(place) ?? []), row]);
  }
  // A number that shares no divisor with that of the faults, so that a step meets another fault in each kind.
  return [...seen.values()].flatMap((rows, index) => rows[(index * 5) % rows.length] ?? []);
}

const placingPoints: readonly Point[] = ['placing', 'placed', 'takeover', 'restore-next'];

/** Of what replaces its source, what comes before is the same as of a file. */
function happens({ phase, point }: Step, { replaces = false }: Kind): boolean {
  return replaces ? phase !== undefined || point === 'acknowledged' : phase === undefined;
}

const stepOfPlacing = steps.findIndex(({ point }) => point === 'commit-recorded') + 1;

export function rowName({ kind, placing, step, output, fault, foreign }: Row): string {
  const which = kind.results.length > 1 && step.eachOutput ? ` ${output}` : '';
  return `${fault} when ${step.what} (${kind.name}${which}, ${placing}${foreign ? ', name taken' : ''})`;
}
