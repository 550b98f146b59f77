import type { JobState } from '../../protocol/jobState.ts';

/** Names of the rows of `counters`. */
export const revisionCounter = 'revision';
/** 1 while the whole queue is paused. */
export const queuePausedCounter = 'queue-paused';
/** When the clock was looked at last, and until when it is doubted; see `ClockSeen`. */
export const clockSeenCounter = 'clock-seen';
export const clockDoubtedCounter = 'clock-doubted';
/** Revision up to which removals are forgotten: an older cursor does not hear of them. */
export const forgottenCounter = 'removals-forgotten';

/** How many jobs are in a state: kept with every change, since counting a million takes long. */
export function countsName(state: JobState): string {
  return `jobs-${state}`;
}
