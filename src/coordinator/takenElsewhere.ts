import { needsOf, picksOf } from './encoderPicks.ts';
import { takesForClients, type WorkerView } from './scheduler.ts';
import type { JobRecord } from './store/records.ts';

/** Whether a worker could do the encode of a job, now or when it has room. */
export function couldTake(
  { client, on, require = [], presetData }: Pick<JobRecord, 'client' | 'on' | 'require' | 'presetData'>,
  worker: WorkerView & { readonly takesNothing: boolean },
): boolean {
  if (worker.takesNothing || (on !== undefined && !worker.isCalled(on))) return false;
  if (client !== undefined && !takesForClients(worker)) return false;
  if (!require.every((label) => worker.hasLabel(label))) return false;
  const { refusals, slot } = picksOf(needsOf(presetData), worker);
  return !refusals && worker.slots(slot) > 0;
}
