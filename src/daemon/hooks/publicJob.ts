import * as z from 'zod';
import { attemptSchema, jobSchema, type Job } from '../../protocol/model.ts';

const publicSchema = jobSchema
  .omit({ presetData: true, revision: true, rank: true, attached: true, suspended: true })
  .extend({ attempts: z.array(attemptSchema.omit({ taskId: true })) });

/** A job as `job show --json` prints it: without what only DFFmpeg's own processes need. */
export function publicJob(job: Job): object {
  return publicSchema.parse(job);
}
