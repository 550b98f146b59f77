import { retryText } from '../../protocol/jobResults.ts';
import type { Invocation } from '../command.ts';
import { changeJobs } from './changeJobs.ts';

/** Puts jobs back into the queue; they run in the daemon. */
export function retryJobs(invocation: Invocation, ids: readonly string[]): Promise<number> {
  return changeJobs(
    invocation,
    ids,
    (daemon, id) => daemon.request('jobs.retry', { id }),
    (job) => ['is in the queue again', retryText(job)].filter((each) => each !== undefined).join(': '),
  );
}
