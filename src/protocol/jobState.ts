import type { Counts } from './model.ts';

/** Of a job; apart from its schema, which takes milliseconds to build where a window only asks whether a job is over. */
export const jobStates = [
  'accepted',
  'probing',
  'planned',
  'waiting',
  'paused',
  'running',
  'verifying',
  'committing',
  'done',
  'failed',
  'cancelled',
] as const;
export type JobState = (typeof jobStates)[number];
export const endStates = ['done', 'failed', 'cancelled'] as const satisfies readonly JobState[];

export const noCounts: Counts = {
  waiting: 0,
  paused: 0,
  running: 0,
  done: 0,
  failed: 0,
  cancelled: 0,
  queuePaused: false,
};

export function isEnded(state: JobState): boolean {
  return (endStates as readonly JobState[]).includes(state);
}
