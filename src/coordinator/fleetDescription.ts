import type { Capabilities } from '../encoding/dialect.ts';
import type { FfmpegStatus, WorkerDescription } from '../protocol/model.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import { takesForClients } from './scheduler.ts';

/** Of a worker, what counts for those whose files lie elsewhere. */
export type Member = Pick<
  ConnectedWorker,
  'local' | 'isFleet' | 'ffmpeg' | 'drained' | 'setAside' | 'labels' | 'description'
>;

/** All workers that encode for clients, as the one worker that a client sees. `self`: this machine. */
export function describeFleet(
  workers: readonly Member[],
  self: Pick<WorkerDescription, 'id' | 'name' | 'platform' | 'arch'>,
): WorkerDescription {
  const members = workers.filter(takesForClients);
  const ready = members.filter(({ ffmpeg, drained }) => ffmpeg.state === 'ready' && !drained);
  return {
    ...self,
    local: false,
    members: members.length,
    cores: sum(ready.map(({ description }) => description.cores)),
    ffmpeg: ffmpegOf(members, ready),
    capabilities: capabilitiesOf(ready),
    slots: { ...slotsOf(ready), probe: 0 },
    labels: [...new Set(ready.flatMap(({ labels }) => labels))].sort(),
    // Which of them will get it is not known before it has; that one opens what it sees.
    mounts: [],
  };
}

function ffmpegOf(members: readonly Member[], [first]: readonly Member[]): FfmpegStatus {
  if (first) return first.ffmpeg;
  if (members.some(({ ffmpeg }) => ffmpeg.state === 'checking')) return { state: 'checking' };
  return {
    state: 'missing',
    error: {
      code: 'worker-lost',
      message: members.length === 0 ? 'No worker is connected there.' : 'No worker there takes anything now.',
      hint: 'It starts by itself when one does.',
    },
  };
}

/** What works on one of them works there. */
function capabilitiesOf(members: readonly Member[]): Capabilities {
  const all: Capabilities = {};
  for (const { description } of members)
    for (const [encoder, capability] of Object.entries(description.capabilities))
      if (all[encoder]?.usable !== true) all[encoder] = capability;
  return all;
}

function slotsOf(members: readonly Member[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { description } of members)
    for (const [kind, count] of Object.entries(description.slots)) all[kind] = (all[kind] ?? 0) + count;
  return all;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
