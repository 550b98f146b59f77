import { DffmpegError } from '../protocol/errors.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import { nearestName } from '../encoding/nearestName.ts';
import { encodePayload } from './planner.ts';
import type { JobRecord, StoredJob } from './store/records.ts';

/** A job’s result, what it was made of, and how: for measuring one against the other. */
export interface Made {
  readonly result: string;
  readonly reference: string;
  readonly made: EncodePayload;
}

/** Without a name: the first result that is in place. Throws `request-invalid` where there is nothing to compare. */
export function madeBy({ job }: StoredJob, name: string | undefined): Made {
  const index = indexOf(job, name);
  const { path } = job.outputs[index] ?? {};
  const [source, ...more] = job.sources;
  if (path === undefined || source === undefined)
    throw new DffmpegError('request-invalid', `Job ${job.id} has no result to measure.`, {
      hint: 'Measure a job that is done.',
    });
  if (more.length > 0)
    throw new DffmpegError('request-invalid', `Job ${job.id} joined ${job.sources.length} files into one.`, {
      hint: 'Measure a result that was made of one file.',
    });
  const alone = job.outputs.map((output, each) => ({
    ...output,
    state: each === index ? ('planned' as const) : ('skipped' as const),
  }));
  return { result: path, reference: source.path, made: encodePayload({ ...job, outputs: alone }) };
}

function indexOf(job: JobRecord, name: string | undefined): number {
  if (name === undefined) return job.outputs.findIndex(({ state }) => state === 'placed');
  const index = job.outputs.findIndex((output) => output.name === name);
  if (index === -1) {
    const names = job.outputs.flatMap((output) => output.name ?? []);
    const near = nearestName(name, names);
    throw new DffmpegError('request-invalid', `Job ${job.id} has no output “${name}”.`, {
      hint:
        names.length === 0
          ? 'It has but one, without a name.'
          : `${near === undefined ? '' : `Did you mean “${near}”? `}There are: ${names.join(', ')}.`,
    });
  }
  if (job.outputs[index]?.state === 'placed') return index;
  throw new DffmpegError('request-invalid', `The output “${name}” of job ${job.id} is not in place.`, {
    hint: `It is ${job.outputs[index]?.state === 'skipped' ? 'not for this source' : 'still to be made'}.`,
  });
}
