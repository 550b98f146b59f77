import type { Invocation } from '../command.ts';
import { changeJobs } from './changeJobs.ts';

/** Puts jobs back into the queue; they run in the daemon. */
export function retryJobs(invocation: Invocation, ids: readonly string[]): Promise<number> {
  return changeJobs(
    invocation,
    ids,
    (daemon, id) => daemon.request('jobs.retry', { id }),
    () => 'is in the queue again',
  );
}
