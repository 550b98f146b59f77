import { stat } from 'node:fs/promises';
import { DffmpegError } from '../../protocol/errors.ts';
import { isEnded } from '../../protocol/jobState.ts';
import type { Job } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import { changeJobs } from './changeJobs.ts';
import { typedPath } from '../typedPath.ts';

/** Another folder for the results of a job that are not in place yet. */
export async function chooseFolder(invocation: Invocation, id: string, named: string): Promise<number> {
  const folder = typedPath(invocation.io.cwd, named);
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new DffmpegError('request-invalid', `${folder} is not a folder.`, {
      hint: 'Create it, or name another.',
    });
  return changeJobs(
    invocation,
    [id],
    (daemon, job) => daemon.request('jobs.chooseFolder', { id: job, folder }),
    (job: Job) => (isEnded(job.state) ? 'has ended' : `puts its result into ${folder}`),
  );
}
