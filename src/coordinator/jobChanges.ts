import { DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { AttemptCommand, Exit, Output } from '../protocol/model.ts';
import type { Params } from '../protocol/contract.ts';
import { placedOutputs } from '../protocol/jobResults.ts';
import type { FileIdentity, TaskReport, WorkerMethods } from '../protocol/workerContract.ts';
import { judgeFailure } from './failurePolicy.ts';
import type { JobEvent } from './jobReducer.ts';
import type { QueueSettings } from './queueSettings.ts';
import { decideReplacement } from './replacementPolicy.ts';
import type { JobWrite, Reservation } from './store.ts';
import type {
  AttemptRecord,
  JobRecord,
  Placement,
  ReplacementRecord,
  StoredJob,
  TaskKind,
  TaskRecord,
} from './store/records.ts';

/**
 * What each happening writes: pure, from the job as it is to the change of it. The event goes through the
 * reducer, which decides the state; here are the rows that go with it.
 */
export interface JobChange extends Omit<JobWrite, 'job' | 'from'> {
  /** Without one the state stays. */
  readonly event?: JobEvent;
  readonly job?: Partial<JobRecord>;
}

export function taskId(jobId: string, kind: TaskKind): string {
  return `${jobId}-${kind}`;
}

/** Its rank is the job book's to give. */
export function newTask(jobId: string, kind: TaskKind, queuedAt: number): TaskRecord {
  return {
    id: taskId(jobId, kind),
    jobId,
    kind,
    state: 'waiting',
    queuedAt,
    rank: 0,
    notBefore: 0,
    environmentFailures: 0,
    transientFailures: 0,
    avoid: [],
  };
}

export function assign(
  stored: StoredJob,
  task: TaskRecord,
  worker: { readonly id: string; readonly name: string },
  now: number,
): JobChange {
  const attempt: AttemptRecord = {
    taskId: task.id,
    jobId: stored.job.id,
    kind: task.kind,
    fence: stored.job.fence + 1,
    workerId: worker.id,
    worker: worker.name,
    state: 'running',
    startedAt: now,
  };
  return {
    event: { type: task.kind === 'probe' ? 'probe-assigned' : 'encode-assigned' },
    job: task.kind === 'encode' ? { startedAt: stored.job.startedAt ?? now } : {},
    tasks: [{ ...task, state: 'running' }],
    attempts: [attempt],
  };
}

/** A busy worker counts nothing: the attempt never was, only its fence is used up. */
export function decline(
  stored: StoredJob,
  attempt: AttemptRecord,
  reason: ErrorData,
  notBefore?: number,
): JobChange {
  return {
    event: { type: 'attempt-ended', fence: attempt.fence, reason },
    tasks: waitingAgain(stored, attempt, notBefore),
    dropAttempt: { taskId: attempt.taskId, fence: attempt.fence },
  };
}

/** Commands of one attempt that are kept: more than any plan has. */
const maxCommands = 500;
const endedWell: Exit = { code: 0, signal: null };

/** Undefined when it is told again. */
export function start(
  attempt: AttemptRecord,
  { type: _, pid, processStart, directory, ...command }: Extract<TaskReport, { type: 'started' }>,
): JobChange | undefined {
  const { commands = [] } = attempt;
  if (attempt.pid === pid && attempt.processStart === processStart && isSame(commands.at(-1), command))
    return undefined;
  const all = [...withExit(commands, endedWell), command].slice(-maxCommands);
  const argv = command.purpose === 'encode' ? command.argv : attempt.argv;
  return {
    attempts: [{ ...attempt, argv, commands: all, exit: undefined, pid, processStart, directory }],
  };
}

function isSame(one: AttemptCommand | undefined, { argv }: AttemptCommand): boolean {
  return (
    one !== undefined && one.argv.length === argv.length && one.argv.every((each, at) => each === argv[at])
  );
}

/** How the command ended that ran last. */
function withExit(commands: readonly AttemptCommand[], exit: Exit): AttemptCommand[] {
  return commands.map((each, at) =>
    at === commands.length - 1 ? { ...each, exit: each.exit ?? exit } : each,
  );
}

function ended(attempt: AttemptRecord, exit: Exit | undefined): AttemptRecord {
  const { commands } = attempt;
  return {
    ...attempt,
    exit: exit ?? attempt.exit,
    ...(commands && exit ? { commands: withExit(commands, exit) } : {}),
  };
}

export function encoded(attempt: AttemptRecord, exit: Exit): JobChange {
  return { event: { type: 'encoded', fence: attempt.fence }, attempts: [ended(attempt, exit)] };
}

export function probed(
  stored: StoredJob,
  attempt: AttemptRecord,
  { probes }: Extract<TaskReport, { type: 'probed' }>,
  now: number,
): JobChange {
  const sources = stored.job.sources.map((source, index) => {
    const { bytes, duration } = probes[index] ?? {};
    return { ...source, bytes, duration };
  });
  return {
    event: { type: 'probed', fence: attempt.fence },
    job: { probes, sources },
    tasks: endedTask(stored, attempt),
    attempts: [{ ...attempt, state: 'succeeded', endedAt: now }],
  };
}

/** Everything of a job that is planned and named. */
export function enqueue(
  stored: StoredJob,
  outputs: Output[],
  reservations: readonly Reservation[],
  reason: ErrorData,
): JobChange {
  if (outputs.every(({ state }) => state !== 'planned'))
    return { event: { type: 'nothing-left' }, job: { outputs } };
  return {
    event: { type: 'queued', reason },
    job: { outputs },
    tasks: [newTask(stored.job.id, 'encode', queuedAt(stored))],
    reservations,
  };
}

export function grant(
  placement: Placement,
  outputs: Output[],
  reservations: readonly Reservation[],
): JobChange {
  return {
    event: { type: 'commit-granted', fence: placement.fence },
    job: { placement, outputs },
    reservations,
    durable: true,
  };
}

export function deliver(
  stored: StoredJob,
  attempt: AttemptRecord,
  placed: Pick<Placement, 'output' | 'path' | 'bytes' | 'verdict'> & { identity?: FileIdentity | undefined },
  context: { readonly now: number; readonly settings: QueueSettings },
): JobChange {
  const { output, path, bytes, verdict } = placed;
  const settled: Partial<Output> = { state: 'placed', path, bytes, verdict };
  const change = settle(stored, attempt, { index: output, settled, last: 'delivered' }, context.now);
  const replacement = beginReplacement(stored, attempt, placed, context.settings);
  return replacement ? { ...change, job: { ...change.job, replacement } } : change;
}

/** Stored with the delivery itself: whatever comes after it knows what is to be done. */
function beginReplacement(
  { job }: StoredJob,
  { workerId }: AttemptRecord,
  { path, bytes, verdict, identity }: Parameters<typeof deliver>[2],
  settings: QueueSettings,
): ReplacementRecord | undefined {
  const source = job.placement?.source;
  if (job.onSuccess === 'keep' || !source || !identity) return undefined;
  const decision = decideReplacement(job, { bytes, verdict }, settings.replaceMinimumGainPercent);
  return { ...decision, workerId, source, result: { identity, bytes }, home: path };
}

/** How far a replacement is; with `result` where that lies now. */
export function replacing(
  job: JobRecord,
  replacement: ReplacementRecord,
  result?: { readonly path: string },
): JobChange {
  const index = job.outputs.findIndex(({ state }) => state === 'placed');
  const outputs = result ? changed(job.outputs, index, { path: result.path }) : job.outputs;
  return { job: { replacement, outputs }, durable: true };
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

/** Made and dropped, because the preset says so. */
export function skip(
  stored: StoredJob,
  attempt: AttemptRecord,
  { output, verdict }: Extract<TaskReport, { type: 'skipped' }>,
  now: number,
): JobChange {
  const settled: Partial<Output> = { state: 'skipped', path: undefined, bytes: undefined, verdict };
  return settle(stored, attempt, { index: output, settled, last: 'nothing-left' }, now);
}

/** One output is done with; the job is, when it was the last. */
function settle(
  stored: StoredJob,
  attempt: AttemptRecord,
  change: {
    readonly index: number;
    readonly settled: Partial<Output>;
    readonly last: 'delivered' | 'nothing-left';
  },
  now: number,
): JobChange {
  const { fence } = attempt;
  const outputs = changed(stored.job.outputs, change.index, change.settled);
  const job = { outputs, placement: undefined };
  if (outputs.some(({ state }) => state === 'planned'))
    return { event: { type: 'output-settled', fence }, job, durable: true };
  return {
    event: { type: change.last, fence },
    job,
    tasks: endedTask(stored, attempt),
    attempts: [{ ...attempt, state: 'succeeded', endedAt: now }],
    durable: true,
  };
}

export function changed(outputs: readonly Output[], index: number, changes: Partial<Output>): Output[] {
  return outputs.map((output, at) => (at === index ? { ...output, ...changes } : output));
}

export function fail(
  stored: StoredJob,
  attempt: AttemptRecord,
  report: Omit<Extract<TaskReport, { type: 'failed' }>, 'type'>,
  context: {
    readonly now: number;
    readonly settings: QueueSettings;
    readonly reported: boolean;
    readonly chance: number;
  },
): JobChange {
  const { error, exit, output, verdict } = report;
  const task = taskOf(stored, attempt);
  const failed = { ...ended(attempt, exit), state: 'failed', error, endedAt: context.now } as const;
  const attempts = [failed];
  const judged = verdict !== undefined && output !== undefined;
  const outputs = judged ? changed(stored.job.outputs, output, { verdict }) : stored.job.outputs;
  const decision = judgeFailure(task, error, { ...context, workerId: attempt.workerId });
  if (decision.outcome === 'fail')
    return {
      event: {
        type: 'failed',
        fence: attempt.fence,
        reason: ofEachWorker(stored, failed, decision.reason),
      },
      job: { outputs, placement: undefined },
      attempts,
    };
  const event: JobEvent =
    stored.job.state === 'committing'
      ? { type: 'placement-gone', fence: attempt.fence, reason: decision.reason }
      : { type: 'attempt-ended', fence: attempt.fence, reason: decision.reason };
  return { event, job: { placement: undefined }, tasks: [decision.task], attempts };
}

/** A job that failed wherever it was tried ends with the reason of each worker. */
function ofEachWorker({ attempts, tasks }: StoredJob, last: AttemptRecord, reason: ErrorData): ErrorData {
  // Attempts before a retry belong to a task that was made anew then.
  const since = tasks.find(({ id }) => id === last.taskId)?.queuedAt ?? 0;
  const failed = [...attempts, last].filter(
    ({ taskId, state, error, startedAt }) =>
      taskId === last.taskId && state === 'failed' && error !== undefined && startedAt >= since,
  );
  const reasons = new Map(failed.map(({ worker, error }) => [worker, error?.message ?? '']));
  if (reasons.size < 2) return reason;
  const each = [...reasons].map(([worker, message]) => `${worker}: ${message}`).join(' ');
  return { ...reason, message: `It failed on ${reasons.size} workers. ${each}` };
}

/** The worker stopped it: because a person asked (the reducer knows), or because the worker itself ends. */
export function stopped(
  stored: StoredJob,
  attempt: AttemptRecord,
  ending: { readonly now: number; readonly exit?: Exit | undefined; readonly reason: ErrorData },
): JobChange {
  const { now, exit, reason } = ending;
  const event: JobEvent =
    stored.job.state === 'committing'
      ? { type: 'placement-gone', fence: attempt.fence, reason }
      : { type: 'attempt-ended', fence: attempt.fence, reason };
  return {
    event,
    job: { placement: undefined },
    tasks: waitingAgain(stored, attempt),
    attempts: [{ ...ended(attempt, exit), state: 'cancelled', endedAt: now }],
  };
}

/** Nobody will report of this attempt any more: what it still says is answered `fence-void`. */
export function voidAttempt(
  stored: StoredJob,
  attempt: AttemptRecord,
  ending: {
    readonly now: number;
    readonly reason: ErrorData;
    readonly type?: 'attempt-ended' | 'placement-gone' | 'abandoned';
    /** With them the loss counts as a failure, and the next attempt waits a little. */
    readonly settings?: QueueSettings | undefined;
    readonly chance?: number;
  },
): JobChange {
  const { now, reason, type = 'attempt-ended', settings, chance } = ending;
  const { fence, workerId } = attempt;
  const context = settings && { workerId, now, settings, chance };
  const judged = context && judgeFailure(taskOf(stored, attempt), reason, context);
  if (judged?.outcome === 'fail')
    return {
      event: { type: 'failed', fence, reason: judged.reason },
      job: { placement: undefined },
      attempts: [{ ...attempt, state: 'void', error: reason, endedAt: now }],
    };
  return {
    event: type === 'abandoned' ? { type, reason } : { type, fence, reason },
    job: { placement: undefined },
    tasks: judged?.outcome === 'repeat' ? [judged.task] : waitingAgain(stored, attempt),
    attempts: [{ ...attempt, state: 'void', error: reason, endedAt: now }],
  };
}

/**
 * Results that are in place stay; all else is looked at and planned anew. The command that a job was attached to is
 * gone when somebody retries it: it must not be cancelled for that. It waits anew: what it waited before it failed shall
 * not put it ahead of all others.
 */
export function retry(stored: StoredJob, now: number): JobChange {
  return {
    event: { type: 'retried' },
    job: {
      probes: undefined,
      placement: undefined,
      startedAt: undefined,
      attached: false,
      sessionId: undefined,
      outputs: stored.job.outputs.map((output) =>
        output.state === 'placed' ? output : { name: output.name, state: 'planned' },
      ),
    },
    tasks: [newTask(stored.job.id, 'probe', now)],
  };
}

function taskOf(stored: StoredJob, attempt: AttemptRecord): TaskRecord {
  const known = stored.tasks.find(({ id }) => id === attempt.taskId);
  return known ?? newTask(attempt.jobId, attempt.kind, queuedAt(stored));
}

/** An encode waits since its job does, however long the source was looked at. */
function queuedAt({ job, tasks }: StoredJob): number {
  return tasks.find(({ kind }) => kind === 'probe')?.queuedAt ?? job.createdAt;
}

function waitingAgain(stored: StoredJob, attempt: AttemptRecord, notBefore?: number): TaskRecord[] {
  const task = taskOf(stored, attempt);
  return [{ ...task, state: 'waiting', notBefore: notBefore ?? task.notBefore }];
}

function endedTask(stored: StoredJob, attempt: AttemptRecord): TaskRecord[] {
  return [{ ...taskOf(stored, attempt), state: 'ended' }];
}
