import type { DaemonConnection } from '../../client/connection.ts';
import type { Job } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { jobsOutputSchema, printJson } from '../jsonOutput.ts';
import { toJobOutput } from '../../protocol/jobOutput.ts';

/** Asks for one change of each job, in their order, says what has become of it, and returns. */
export async function changeJobs(
  invocation: Invocation,
  ids: readonly string[],
  change: (daemon: DaemonConnection, id: string) => Promise<{ job: Job }>,
  sentence: (job: Job) => string,
): Promise<number> {
  const { io, json } = invocation;
  const jobs = await withDaemon(invocation, async (daemon) => {
    const changed: Job[] = [];
    for (const id of ids) changed.push((await change(daemon, id)).job);
    return changed;
  });
  if (json) printJson(io.stdout, jobsOutputSchema, { jobs: jobs.map(toJobOutput) });
  else for (const job of jobs) io.stdout.write(`${job.id} ${sentence(job)}\n`);
  return exitCodes.done;
}
