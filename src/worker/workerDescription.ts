import os from 'node:os';
import type { Params } from '../protocol/contract.ts';
import type { MountState } from '../protocol/model.ts';
import type { CoordinatorMethods } from '../protocol/workerContract.ts';
import type { FfmpegKeeper } from './ffmpegKeeper.ts';
import { slotTable } from './slotTable.ts';
import type { WorkerOptions } from './worker.ts';

export type WorkerState = Params<CoordinatorMethods['worker.register']>['worker'];

/** What a worker says of itself and of its machine, as it is now. */
export function describeWorker(
  options: Pick<WorkerOptions, 'id' | 'name' | 'local' | 'slots'>,
  ffmpeg: Pick<FfmpegKeeper, 'status' | 'capabilities'>,
  mounts: readonly MountState[],
): WorkerState {
  const { id, name, local } = options;
  return {
    id,
    name,
    local,
    platform: process.platform,
    arch: process.arch,
    cpuModel: os.cpus()[0]?.model,
    cores: os.availableParallelism(),
    ffmpeg: ffmpeg.status,
    capabilities: ffmpeg.capabilities,
    slots: slotsOf(options, ffmpeg),
    mounts: [...mounts],
  };
}

/** Slot kind → how many at once, with what ffmpeg is known to do by now. */
export function slotsOf(
  { slots, local }: Pick<WorkerOptions, 'slots' | 'local'>,
  { capabilities }: Pick<FfmpegKeeper, 'capabilities'>,
): Record<string, number> {
  const all = slotTable(os.availableParallelism(), capabilities, slots);
  // Sources are looked at where they lie.
  return local ? all : { ...all, probe: 0 };
}
