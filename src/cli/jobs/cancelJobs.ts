import type { Job } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { deferred } from '../deferred.ts';
import { isSettled } from '../../protocol/jobResults.ts';
import { JobFollower } from '../encode/jobFollower.ts';
import { exitCodes } from '../exitCodes.ts';
import { jobsOutputSchema, printJson } from '../jsonOutput.ts';
import { toJobOutput } from '../../protocol/jobOutput.ts';

/** Cancels jobs and waits until nothing of them runs any more. Jobs that had ended stay as they are. */
export async function cancelJobs(invocation: Invocation, ids: readonly string[]): Promise<number> {
  const { io, json } = invocation;
  const jobs = await withDaemon(invocation, async (daemon) => {
    const gone = deferred<Job[]>();
    let asked = false;
    const update = (): void => {
      if (asked && follower.jobs.every(isSettled)) gone.resolve(follower.jobs);
    };
    const follower = new JobFollower(daemon, { onChange: update, onError: gone.reject });
    follower.open();
    try {
      for (const id of ids) follower.follow((await daemon.request('jobs.cancel', { id })).job);
      asked = true;
      update();
      return await gone.promise;
    } finally {
      follower.close();
    }
  });
  if (json) printJson(io.stdout, jobsOutputSchema, { jobs: jobs.map(toJobOutput) });
  else
    for (const { id, state } of jobs)
      io.stdout.write(state === 'cancelled' ? `${id} cancelled\n` : `${id} had ended: ${state}\n`);
  return exitCodes.done;
}
