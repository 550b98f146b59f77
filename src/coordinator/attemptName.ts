import type { AttemptKey } from './store/records.ts';

/** The same for the same attempt, and for no other. */
export function attemptName({ taskId, fence }: AttemptKey): string {
  return `${taskId}#${fence}`;
}
