import { stat } from 'node:fs/promises';
import { CabledMachines } from './cabledMachines.ts';
import { machineCpuSeconds } from './machineUse.ts';
import type { Figure } from './report.ts';

const megabits = 1000;

interface Rounds {
  readonly pairs: number;
  readonly others: number[];
}

/** An encode on a node behind a cable of 1 Gbit/s, beside the same command by itself on a file that lies there. */
export function longEncodes(source: string, rounds: Rounds): Promise<Figure[]> {
  return onCable(megabits, async (machines) => {
    const { far, alone } = await inPairs(machines, source, 'web', rounds);
    const added = far.map((seconds, pair) => seconds - 1.03 * (alone[pair] ?? 0));
    return [
      { name: 'long: there', unit: 's', values: far },
      { name: 'long: ffmpeg by itself', unit: 's', values: alone },
      { name: 'long: ratio', unit: '×', values: far.map((seconds, pair) => seconds / (alone[pair] ?? 1)) },
      { name: 'long: beyond 1.03 ×', unit: 's', values: added, atMost: 3 },
    ];
  });
}

/** The same of a copy into another container, which is all transfer: over a cable as fast as the machine, and one of 1 Gbit/s. */
export async function copies(source: string, rounds: Rounds): Promise<Figure[]> {
  const { size } = await stat(source);
  const linkSeconds = (size * 8) / (megabits * 1e6);
  const fast = await onCable(undefined, async (machines) => {
    const { far, alone } = await inPairs(machines, source, 'remux', rounds);
    const ratio = far.map((seconds, pair) => seconds / (alone[pair] ?? 1));
    return [
      { name: 'copy, no limit: there', unit: 's', values: far },
      { name: 'copy, no limit: ffmpeg by itself', unit: 's', values: alone },
      { name: 'copy, no limit: ratio', unit: '×', values: ratio, atMost: 1.75 },
    ];
  });
  const shaped = await onCable(megabits, async (machines) => {
    const { far, alone } = await inPairs(machines, source, 'remux', rounds);
    const ratio = far.map((seconds, pair) => seconds / Math.max(linkSeconds, alone[pair] ?? 0));
    return [
      { name: 'copy, 1 Gbit/s: there', unit: 's', values: far },
      { name: 'copy, 1 Gbit/s: ffmpeg by itself', unit: 's', values: alone },
      { name: 'copy, 1 Gbit/s: of the larger of link and that', unit: '×', values: ratio, atMost: 1.15 },
    ];
  });
  return [...fast, ...shaped];
}

async function onCable(
  rate: number | undefined,
  measure: (machines: CabledMachines) => Promise<Figure[]>,
): Promise<Figure[]> {
  const problem = await CabledMachines.problem();
  if (problem !== undefined) {
    console.log(`NOT MEASURED: ${problem}`);
    return [];
  }
  const machines = await CabledMachines.open(rate);
  try {
    return await measure(machines);
  } finally {
    await machines.close();
  }
}

async function inPairs(
  machines: CabledMachines,
  source: string,
  preset: string,
  { pairs, others }: Rounds,
): Promise<{ far: number[]; alone: number[] }> {
  const command = await machines.commandFor(source, preset);
  const [far, alone]: [number[], number[]] = [[], []];
  // Encoders are proved, code is warm.
  await machines.there(source, 'remux');
  for (let pair = 0; pair < pairs; pair += 1) {
    const before = machineCpuSeconds();
    const there = await machines.there(source, preset);
    const here = await machines.alone(command);
    others.push(machineCpuSeconds() - before);
    far.push(there.seconds);
    alone.push(here.seconds);
    const sizes = `${(there.bytes / 1e6).toFixed(0)} and ${(here.bytes / 1e6).toFixed(0)} MB`;
    console.log(
      `${preset}: ${there.seconds.toFixed(2)} s there, ${here.seconds.toFixed(2)} s by itself; ${sizes}`,
    );
  }
  return { far, alone };
}
