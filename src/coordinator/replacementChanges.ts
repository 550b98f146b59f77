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

export function afterReplacing(
  job: JobRecord,
  { aside, asideChanged, ...result }: Result<WorkerMethods['source.replace']>,
  keptUntil: number,
): JobChange | undefined {
  const { replacement } = job;
  if (replacement?.state !== 'replacing') return undefined;
  const source = { ...replacement.source, asideChanged };
  return replacing(
    job,
    { ...replacement, state: 'replaced', source, result, aside, keptUntil, reason: undefined },
    result,
  );
}

export function afterRestoring(
  job: JobRecord,
  { result, changed, left, stuck }: Result<WorkerMethods['source.restore']>,
): JobChange | undefined {
  const { replacement } = job;
  if (replacement?.state !== 'undoing') return undefined;
  const restored = stuck
    ? stillReplaced({ ...replacement, aside: stuck.aside ?? replacement.aside }, stuck.error)
    : { ...undone(job, result, left), source: afterRenames(replacement.source, changed) };
  return replacing(job, { ...replacement, ...restored, result: result ?? replacement.result }, result);
}

/** Both files lie where they lay before it was tried. */
export function afterFailure(job: JobRecord, reason: ErrorData): JobChange | undefined {
  const { replacement } = job;
  if (replacement?.state !== 'replacing' && replacement?.state !== 'undoing') return undefined;
  const failed =
    replacement.state === 'undoing' ? stillReplaced(replacement, reason) : { state: 'held' as const, reason };
  // What is known of the source stays so: where it went aside and back its own time is another, and its content decides.
  return replacing(job, { ...replacement, ...failed });
}

/** `left`: the source lies aside as well. */
function undone(job: JobRecord, result: object | undefined, left?: string): Partial<ReplacementRecord> {
  const gone = result ? undefined : resultLeftAlone(placedOutputs(job)[0]?.path);
  const reason = left === undefined ? gone : secondNameLeft(left);
  return { state: 'undone', aside: left, keptUntil: undefined, reason };
}

function secondNameLeft(left: string): ErrorData {
  return {
    code: 'conflict',
    message: `Its second name ${left} could not be removed: undo again when it can be.`,
    hint: 'Let what is in that folder be removed (“chattr -i” or “chattr -a” of it, or its permissions).',
  };
}

/**
 * One that was called off has not come so far as to say where the source lies aside. Somebody wants it back: it is kept
 * however long that takes.
 */
function stillReplaced({ aside }: ReplacementRecord, reason: ErrorData): Partial<ReplacementRecord> {
  return { state: aside === undefined ? 'held' : 'replaced', aside, keptUntil: undefined, reason };
}

function resultLeftAlone(path = 'Its result'): ErrorData {
  return {
    code: 'result-damaged',
    message: `${path} was not what had been placed there any more: it was left alone.`,
    hint: 'Encode the source again if the result is needed.',
  };
}

/** Going aside and coming back are changes of it, too: `changed` is its own time after them, where that is known. */
function afterRenames(source: ReplacementRecord['source'], changed?: string): ReplacementRecord['source'] {
  return { ...source, changed, asideChanged: undefined };
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
        message: `${result} is not there any more, or nobody can tell that it is what was placed: its source was not deleted.`,
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
