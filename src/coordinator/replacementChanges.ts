import { keptByUnknown } from '../files/keptBeside.ts';
import type { Params, Result } from '../protocol/contract.ts';
import { DffmpegError, type ErrorData } from '../protocol/errors.ts';
import { placedOutputs } from '../protocol/jobResults.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import { changeOutput } from './changeOutput.ts';
import type { JobChange } from './jobChanges.ts';
import type { QueueSettings } from './queueSettings.ts';
import { decideReplacement } from './replacementPolicy.ts';
import type { AttemptRecord, JobRecord, Placement, ReplacementRecord, StoredJob } from './store/records.ts';

/** What each step of a replacement writes: pure. */

/** A result that has its name. */
export type Delivered = Pick<Placement, 'output' | 'path' | 'bytes' | 'verdict'> & {
  readonly identity?: FileIdentity | undefined;
  readonly modified?: string | undefined;
};

/** Stored with the delivery itself: whatever comes after it knows what is to be done. */
export function beginReplacement(
  { job }: StoredJob,
  attempt: AttemptRecord,
  { output, path, bytes, verdict, identity, modified }: Delivered,
  settings: QueueSettings,
): ReplacementRecord | undefined {
  if (job.onSuccess === 'keep' || !job.placement?.source || !identity) return undefined;
  const { kept: [unknown] = [], ...source } = job.placement.source;
  const decided = decideReplacement(job, { bytes, verdict }, settings.replaceMinimumGainPercent);
  const decision =
    unknown && decided.state === 'replacing'
      ? { state: 'held' as const, reason: keptByUnknown(job.sources[0]?.path ?? path, unknown).toData() }
      : decided;
  // Whoever has given the result its name sees the source as well.
  const { workerId } = job.placement ?? attempt;
  const content = job.placement?.output === output ? job.placement.content : undefined;
  return { ...decision, workerId, source, result: { identity, bytes, content, modified }, home: path };
}

/** How far a replacement is; with `result` where that lies now. */
export function replacing(
  job: JobRecord,
  replacement: ReplacementRecord,
  result?: { readonly path: string },
): JobChange {
  const index = job.outputs.findIndex(({ state }) => state === 'placed');
  const outputs = result ? changeOutput(job.outputs, index, { path: result.path }) : job.outputs;
  return { job: { replacement, outputs }, durable: true };
}

/** What was not deleted stays, for good, and says why; an undo still brings it back. */
export function afterDiscard(
  replacement: ReplacementRecord,
  outcome: Result<WorkerMethods['source.discard']>['outcome'],
  { jobId, result }: Params<WorkerMethods['source.replace']>,
): ReplacementRecord {
  if (outcome === 'discarded')
    return { ...replacement, state: 'expired', aside: undefined, reason: undefined };
  return {
    ...replacement,
    keptUntil: undefined,
    reason: whyKept(outcome, jobId, result.path, replacement.aside),
  };
}

function whyKept(
  outcome: Exclude<Result<WorkerMethods['source.discard']>['outcome'], 'discarded'>,
  jobId: string,
  result: string,
  aside = 'its place',
): ErrorData {
  switch (outcome) {
    case 'result-missing':
      return {
        code: 'result-damaged',
        message: `${result} is not there any more, or is not what was placed: its source was not deleted.`,
        hint: `Bring the source back: dffmpeg job undo ${jobId}. Or delete it by hand: ${aside}`,
      };
    case 'changed':
      return {
        code: 'source-changed',
        message: `What lies at ${aside} has changed since it was put there: it was not deleted.`,
        hint: `Delete it by hand, or bring it back: dffmpeg job undo ${jobId}`,
      };
    case 'missing':
      return {
        code: 'source-missing',
        message: `The source does not lie any more where it was kept: ${aside}. It was moved or deleted by somebody else; nothing was deleted here.`,
        hint: `Where you have moved it, it lies there. To bring it back, put it back to that path, then: dffmpeg job undo ${jobId}`,
      };
  }
}

export function replacingRequest(
  job: JobRecord,
  { source, result }: ReplacementRecord,
): Params<WorkerMethods['source.replace']> {
  const path = placedOutputs(job)[0]?.path;
  const [from] = job.sources;
  if (path === undefined || !from) throw new DffmpegError('internal', `Job ${job.id} has no result.`);
  return { jobId: job.id, source: { ...source, path: from.path }, result: { ...result, path } };
}
