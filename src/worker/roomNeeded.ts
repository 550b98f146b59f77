import path from 'node:path';
import { outputsOf } from '../encoding/presetOutputs.ts';
import type { Need } from '../files/diskRoom.ts';
import type { TaskPayload } from '../protocol/tasks.ts';
import { surelyNeededBytes } from './sizeEstimate.ts';
import type { WorkerSettings } from './workerSettings.ts';

/** What an encode will surely write in its destinations, and that the scratch folder must not be nearly full. */
export function roomNeeded(
  { preset, outputs, sources, destinations = [] }: Extract<TaskPayload, { kind: 'encode' }>,
  scratchDir: string,
  settings: Pick<WorkerSettings, 'destinationLowMegabytes' | 'scratchLowMegabytes'>,
): Need[] {
  const all = outputsOf(preset);
  const probes = sources.map(({ probe }) => probe);
  const bytes = new Map<string, number>();
  for (const { index, path: target } of outputs) {
    const output = all[index];
    if (output === undefined) continue;
    const folder = path.dirname(target);
    bytes.set(folder, (bytes.get(folder) ?? 0) + surelyNeededBytes(output, probes));
  }
  return [
    ...[...bytes].map(([folder, needed]) => ({
      folder,
      bytes: needed,
      lowWaterBytes: settings.destinationLowMegabytes * 1e6,
      code: 'destination-full' as const,
      mark: destinations.find((each) => each.path === folder)?.mark,
    })),
    {
      folder: scratchDir,
      bytes: 0,
      lowWaterBytes: settings.scratchLowMegabytes * 1e6,
      code: 'scratch-full' as const,
    },
  ];
}
