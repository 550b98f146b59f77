import type { Invocation } from '../command.ts';
import { changeJobs } from './changeJobs.ts';

/** Gives jobs another place in the queue. */
export function prioritizeJobs(
  invocation: Invocation,
  ids: readonly string[],
  priority: number,
): Promise<number> {
  return changeJobs(
    invocation,
    ids,
    (daemon, id) => daemon.request('jobs.prioritize', { id, priority }),
    () => `has priority ${priority}`,
  );
}
