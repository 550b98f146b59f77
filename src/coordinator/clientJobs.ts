import { createHash } from 'node:crypto';
import { outputsOf } from '../encoding/presetOutputs.ts';
import { DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { Params } from '../protocol/contract.ts';
import type { EncodePayload, TaskReport } from '../protocol/tasks.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import { checkPresetOf } from './planner.ts';
import type { AttemptKey, JobRecord, StoredJob } from './store/records.ts';
import { waitsForTurn } from './waitReasons.ts';

/**
 * Encodes that other daemons have done here: pure. Each attempt that such a daemon, a client, gives to this one is a whole job
 * here, with attempts of its own; files, names and what becomes of the source stay the client's.
 */
export interface Order extends AttemptKey {
  readonly client: string;
  readonly payload: EncodePayload;
  /** What people have said of it there. */
  readonly job: Params<WorkerMethods['task.offer']>['job'];
}

/** The same for every repeat of an offer. */
export function orderId(client: string, { taskId, fence }: AttemptKey): string {
  return createHash('sha256').update(`${client}\n${taskId}\n${fence}`).digest('hex');
}

/** What is decided where the files are. Throws `conflict`. */
export function requireOwn({ id, client }: Pick<JobRecord, 'id' | 'client'>): void {
  if (client === undefined) return;
  throw new DffmpegError('conflict', `Job ${id} belongs to the queue of ${client}.`, {
    hint: 'Do it there: that is where its files are.',
  });
}

/** As it is stored: it waits for its turn, since what it is made of is known. Throws `preset-invalid`. */
export function clientJob(
  { client, taskId, fence, payload, job }: Order,
  given: { readonly id: string; readonly createdAt: number },
): JobRecord {
  const { preset, sources, outputs } = payload;
  const record: JobRecord = {
    ...{ id: given.id, submissionId: orderId(client, { taskId, fence }), revision: 0, state: 'waiting' },
    ...{ client, owedTo: client, order: { jobId: payload.jobId, taskId, fence } },
    ...{ preset: job?.preset ?? 'preset', presetData: preset, priority: job?.priority ?? 50 },
    ...{ require: job?.require, prefer: job?.prefer, attached: false, onSuccess: payload.onSuccess },
    sources: sources.map(({ path, probe: { bytes, duration } }) => ({ path, bytes, duration })),
    probes: sources.map(({ probe }) => probe),
    outputs: outputsOf(preset).map(({ name }, index) => {
      const planned = outputs.find((output) => output.index === index);
      return planned ? { name, state: 'planned', path: planned.path } : { name, state: 'skipped' };
    }),
    ...{ reason: waitsForTurn, cancelling: false, suspended: false, fence: 0, createdAt: given.createdAt },
  };
  if (outputs.some(({ index }) => record.outputs[index] === undefined))
    throw new DffmpegError('request-invalid', 'An output is asked for that the preset does not have.');
  checkPresetOf(record);
  return record;
}

/** What its client is told of its end; nothing where that has heard of each result already. */
export function endReport({ job, attempts }: StoredJob): TaskReport | undefined {
  const exit = attempts.at(-1)?.exit;
  if (job.state === 'failed') return { type: 'failed', error: job.reason ?? unexplained, exit };
  if (job.state !== 'cancelled') return undefined;
  if (job.order?.withdrawn === true) return { type: 'cancelled', exit };
  return { type: 'failed', error: cancelledThere, exit };
}

const unexplained: ErrorData = { code: 'internal', message: 'It failed there without a reason.' };

const cancelledThere: ErrorData = {
  code: 'request-invalid',
  message: 'Whoever runs the fleet has cancelled it there.',
  hint: 'Retry the job, or encode it on another worker with --on NAME.',
};
