import type { Submission } from '../protocol/clientContract.ts';
import type { JobRecord } from './store/records.ts';

/** A job as it begins. */
export function newJobRecord(
  submission: Submission,
  given: { readonly id: string; readonly sessionId: string | undefined; readonly createdAt: number },
): JobRecord {
  return {
    id: given.id,
    submissionId: submission.submissionId,
    revision: 0,
    state: 'accepted',
    preset: submission.preset.name,
    presetData: submission.preset.preset,
    priority: submission.priority,
    attached: submission.attached,
    sessionId: submission.attached ? given.sessionId : undefined,
    on: submission.on,
    require: unlessEmpty(submission.require),
    prefer: unlessEmpty(submission.prefer),
    output: submission.output,
    onSuccess: submission.onSuccess,
    sources: submission.sources.map((path) => ({ path })),
    outputs: [],
    cancelling: false,
    suspended: false,
    fence: 0,
    createdAt: given.createdAt,
  };
}

/** Nothing asked for is nothing stored. */
function unlessEmpty(labels: string[] | undefined): string[] | undefined {
  return labels === undefined || labels.length === 0 ? undefined : [...new Set(labels)];
}
