import type { Job } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { jobsOutputSchema, printJson, toJobOutput } from '../jsonOutput.ts';

/** Gives jobs another place in the queue, and returns. */
export async function prioritizeJobs(
  invocation: Invocation,
  ids: readonly string[],
  priority: number,
): Promise<number> {
  const { io, json } = invocation;
  const jobs = await withDaemon(invocation, async (daemon) => {
    const changed: Job[] = [];
    for (const id of ids) changed.push((await daemon.request('jobs.prioritize', { id, priority })).job);
    return changed;
  });
  if (json) printJson(io.stdout, jobsOutputSchema, { jobs: jobs.map(toJobOutput) });
  else for (const { id } of jobs) io.stdout.write(`${id} has priority ${priority}\n`);
  return exitCodes.done;
}
