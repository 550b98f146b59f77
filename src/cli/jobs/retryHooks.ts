import type { Invocation } from '../command.ts';
import { changeJobs } from './changeJobs.ts';

/** Has the daemon run the failed hooks of jobs again. */
export function retryHooks(invocation: Invocation, ids: readonly string[]): Promise<number> {
  return changeJobs(
    invocation,
    ids,
    (daemon, id) => daemon.request('jobs.retryHooks', { id }),
    () => 'its failed hooks are run again',
  );
}
