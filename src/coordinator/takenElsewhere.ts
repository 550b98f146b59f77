import { needsOf, picksOf } from './encoderPicks.ts';
import type { WorkerView } from './scheduler.ts';
import type { JobRecord } from './store/records.ts';

/** Whether a worker could do the encode of a job, now or when it has room. */
export function couldTake(
  { on, require = [], presetData }: Pick<JobRecord, 'on' | 'require' | 'presetData'>,
  worker: WorkerView & { readonly takesNothing: boolean },
): boolean {
  if (worker.takesNothing || (on !== undefined && !worker.isCalled(on))) return false;
  if (!require.every((label) => worker.hasLabel(label))) return false;
  const { refusals, slot } = picksOf(needsOf(presetData), worker);
  return !refusals && worker.slots(slot) > 0;
}
