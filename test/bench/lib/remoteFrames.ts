import { machineCpuSeconds } from './machineUse.ts';
import { RelayedMachines } from './relayedMachines.ts';
import { indexOf } from './remoteFilm.ts';
import type { Figure } from './report.ts';

const roundTrips = 10;
const fetchedMiB = 32;

/** From the submission to the first encoded frame, there and where the file is, at either length of the way. */
export async function firstFrames(
  sources: Readonly<Record<'small' | 'large', string>>,
  { pairs, others }: { readonly pairs: number; readonly others: number[] },
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const delay of [0, 80]) {
    const machines = await RelayedMachines.open('stream', delay / 2);
    try {
      await machines.warm(sources.small);
      for (const [name, file] of Object.entries(sources)) {
        const index = await indexOf(file);
        const [far, near, fetched]: [number[], number[], number[]] = [[], [], []];
        for (let pair = 0; pair < pairs; pair += 1) {
          const before = machineCpuSeconds();
          const there = await machines.firstFrame('stream', file);
          const here = await machines.firstFrame('local', file);
          others.push(machineCpuSeconds() - before);
          far.push(there.ms);
          near.push(here.ms);
          fetched.push(there.mebibytes);
          console.log(
            `${name}, ${delay} ms: ${there.ms} ms, ${here.ms} ms here; ${there.mebibytes.toFixed(1)} MiB`,
          );
        }
        const title = `${name}, ${delay} ms`;
        figures.push(
          { name: `${title}: first frame`, unit: 'ms', values: far },
          { name: `${title}: where the file is`, unit: 'ms', values: near },
          {
            name: `${title}: later by`,
            unit: 'ms',
            values: far.map((ms, pair) => ms - (near[pair] ?? 0)),
            atMost: 500 + roundTrips * delay,
          },
          { name: `${title}: fetched`, unit: 'MiB', values: fetched, atMost: index + fetchedMiB },
        );
      }
    } finally {
      await machines.close();
    }
  }
  return figures;
}
