import * as z from 'zod';
import { verdictSchema } from '../encoding/verdict.ts';
import { replaceCommand, replacementHint } from './jobResults.ts';
import { attemptSchema, jobSchema, outputSchema, type Job } from './model.ts';

/**
 * A job as `--json` prints it and as webhooks are sent it: without what only DFFmpeg's own processes need. Stable:
 * fields are added, never renamed or taken away.
 */
export const jobOutputSchema = jobSchema
  .pick({
    id: true,
    state: true,
    preset: true,
    priority: true,
    require: true,
    prefer: true,
    client: true,
    sources: true,
    reason: true,
    retryAt: true,
    hooks: true,
    onSuccess: true,
    replacement: true,
    forecast: true,
    createdAt: true,
    startedAt: true,
    endedAt: true,
  })
  .extend({
    outputs: z.array(outputSchema.extend({ verdict: verdictSchema.optional() })),
    attempts: z.array(attemptSchema.omit({ taskId: true })),
  });

export type JobOutput = z.output<typeof jobOutputSchema>;

/** zod drops what the schema does not name. */
export function toJobOutput(job: Job): JobOutput {
  const hint = replacementHint(job, replaceCommand(job));
  const { replacement } = job;
  return jobOutputSchema.parse(
    replacement?.reason
      ? { ...job, replacement: { ...replacement, reason: { ...replacement.reason, hint } } }
      : job,
  );
}
