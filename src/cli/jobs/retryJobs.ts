import type { Job } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { jobsOutputSchema, printJson, toJobOutput } from '../jsonOutput.ts';

/** Puts jobs back into the queue and returns; they run in the daemon. */
export async function retryJobs(invocation: Invocation, ids: readonly string[]): Promise<number> {
  const { io, json } = invocation;
  const jobs = await withDaemon(invocation, async (daemon) => {
    const retried: Job[] = [];
    for (const id of ids) retried.push((await daemon.request('jobs.retry', { id })).job);
    return retried;
  });
  if (json) printJson(io.stdout, jobsOutputSchema, { jobs: jobs.map(toJobOutput) });
  else for (const { id } of jobs) io.stdout.write(`${id} is in the queue again\n`);
  return exitCodes.done;
}
