import type { DaemonConnection } from '../../client/connection.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import { toJobOutput } from '../../protocol/jobOutput.ts';
import type { Job } from '../../protocol/model.ts';
import { exitCodeOf, printError, type Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { jobsOutputSchema, printJson } from '../jsonOutput.ts';

/**
 * Asks for one change of each job, in their order, says what has become of each, and returns the worst exit code: that one
 * is refused keeps no other from its change. Throws what stands in the way of the only one.
 */
export async function changeJobs(
  invocation: Invocation,
  ids: readonly string[],
  change: (daemon: DaemonConnection, id: string) => Promise<{ job: Job }>,
  sentence: (job: Job) => string,
): Promise<number> {
  const { io, json } = invocation;
  const jobs: Job[] = [];
  const refused: { readonly id: string; readonly error: DffmpegError }[] = [];
  await withDaemon(invocation, async (daemon) => {
    for (const id of ids)
      try {
        const { job } = await change(daemon, id);
        jobs.push(job);
        if (!json) io.stdout.write(`${job.id} ${sentence(job)}\n`);
      } catch (error) {
        if (!(error instanceof DffmpegError) || ids.length === 1) throw error;
        refused.push({ id, error });
        if (!json) printError(io, { message: `${id}: ${error.message}`, hint: error.hint });
      }
  });
  if (json) {
    const errors = refused.map(({ id, error }) => ({ id, ...error.toData() }));
    printJson(io.stdout, jobsOutputSchema, {
      jobs: jobs.map(toJobOutput),
      ...(errors.length > 0 ? { errors } : {}),
    });
  }
  return Math.max(exitCodes.done, ...refused.map(({ error }) => exitCodeOf(error)));
}
