import { randomUUID } from 'node:crypto';
import type { DaemonConnection } from '../../client/connection.ts';
import { toDffmpegError, type DffmpegError } from '../../protocol/errors.ts';
import type { Job, PresetSnapshot } from '../../protocol/model.ts';
import type { EncodeOptions } from '../commands/encode.ts';

export interface Submission {
  readonly preset: PresetSnapshot;
  readonly output: string | undefined;
  readonly options: EncodeOptions;
  readonly signal: AbortSignal;
  readonly follow: (job: Job) => void;
  /** Of files that are not taken, where others are. */
  readonly onRefused: (error: DffmpegError) => void;
  /** Submissions under way at once: enough to keep the daemon's grouped syncs full. */
  readonly atOnce: number;
}

/**
 * A job for each of these lists of sources. What stands in the way of one does not keep the others from being encoded;
 * where it is in the way of all, or not theirs, it is thrown.
 */
export async function submitAll(
  daemon: Pick<DaemonConnection, 'request'>,
  jobSources: readonly (readonly string[])[],
  { preset, output, options, signal, follow, onRefused, atOnce }: Submission,
): Promise<Job[]> {
  const jobs: Job[] = [];
  const refused: DffmpegError[] = [];
  for (let begin = 0; begin < jobSources.length && !signal.aborted; begin += atOnce) {
    const batch = jobSources.slice(begin, begin + atOnce).map(async (sources) => {
      const { job } = await daemon.request('jobs.submit', {
        submissionId: randomUUID(),
        sources: [...sources],
        preset,
        output,
        priority: options.priority,
        attached: options.detach !== true,
        on: options.on,
        require: options.require,
        prefer: options.prefer,
        onSuccess: options.onSuccess,
      });
      follow(job);
      return job;
    });
    for (const outcome of await Promise.allSettled(batch))
      if (outcome.status === 'fulfilled') jobs.push(outcome.value);
      else refused.push(ofThisOne(outcome.reason));
  }
  const [first] = refused;
  if (first && jobs.length === 0) throw first;
  for (const error of refused) onRefused(error);
  return jobs;
}

/** Thrown where it is not about the sources of one job. */
function ofThisOne(reason: unknown): DffmpegError {
  const error = toDffmpegError(reason);
  if (error.class === 'request' || error.class === 'source' || error.code === 'conflict') return error;
  throw error;
}
