import type { ErrorData } from '../protocol/errors.ts';
import type { Exit } from '../protocol/model.ts';
import type { TaskReport } from '../protocol/workerContract.ts';
import { judgeFailure } from './failurePolicy.ts';
import type { JobEvent } from './jobReducer.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { JobWrite, Reservation } from './store.ts';
import type {
  AttemptRecord,
  JobRecord,
  Placement,
  StoredJob,
  TaskKind,
  TaskRecord,
} from './store/records.ts';

/**
 * What each happening writes: pure, from the job as it is to the change of it. The event goes through the
 * reducer, which decides the state; here are the rows that go with it.
 */
export interface JobChange extends Omit<JobWrite, 'job'> {
  /** Without one the state stays. */
  readonly event?: JobEvent;
  readonly job?: Partial<JobRecord>;
}

export function taskId(jobId: string, kind: TaskKind): string {
  return `${jobId}-${kind}`;
}

export function newTask(jobId: string, kind: TaskKind): TaskRecord {
  return {
    id: taskId(jobId, kind),
    jobId,
    kind,
    state: 'waiting',
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
export function decline(stored: StoredJob, attempt: AttemptRecord, reason: ErrorData): JobChange {
  return {
    event: { type: 'attempt-ended', fence: attempt.fence, reason },
    tasks: waitingAgain(stored, attempt),
    dropAttempt: { taskId: attempt.taskId, fence: attempt.fence },
  };
}

export function start(attempt: AttemptRecord, report: Extract<TaskReport, { type: 'started' }>): JobChange {
  const { argv, pid, processStart } = report;
  return { attempts: [{ ...attempt, argv, pid, processStart }] };
}

export function encoded(attempt: AttemptRecord, exit: Exit): JobChange {
  return { event: { type: 'encoded', fence: attempt.fence }, attempts: [{ ...attempt, exit }] };
}

export function probed(
  stored: StoredJob,
  attempt: AttemptRecord,
  { probe }: Extract<TaskReport, { type: 'probed' }>,
  now: number,
): JobChange {
  const [source, ...others] = stored.job.sources;
  const { bytes, duration } = probe;
  return {
    event: { type: 'probed', fence: attempt.fence },
    job: { probe, sources: source ? [{ ...source, bytes, duration }, ...others] : [] },
    tasks: endedTask(stored, attempt),
    attempts: [{ ...attempt, state: 'succeeded', endedAt: now }],
  };
}

export function enqueue(stored: StoredJob, reservation: Reservation, reason: ErrorData): JobChange {
  return {
    event: { type: 'queued', reason },
    job: { outputs: [{ path: reservation.path }] },
    tasks: [newTask(stored.job.id, 'encode')],
    reservation,
  };
}

export function grant(placement: Placement, reservation: Reservation): JobChange {
  return {
    event: { type: 'commit-granted', fence: placement.fence },
    job: { placement, outputs: [{ path: reservation.path }] },
    reservation,
    durable: true,
  };
}

export function deliver(
  stored: StoredJob,
  attempt: AttemptRecord,
  { path, bytes, verdict }: Pick<Placement, 'path' | 'bytes' | 'verdict'>,
  now: number,
): JobChange {
  return {
    event: { type: 'delivered', fence: attempt.fence },
    job: { outputs: [{ path, bytes, verdict }], placement: undefined },
    tasks: endedTask(stored, attempt),
    attempts: [{ ...attempt, state: 'succeeded', endedAt: now }],
    durable: true,
  };
}

export function fail(
  stored: StoredJob,
  attempt: AttemptRecord,
  report: Omit<Extract<TaskReport, { type: 'failed' }>, 'type'>,
  context: { readonly now: number; readonly settings: QueueSettings; readonly reported: boolean },
): JobChange {
  const { error, exit, verdict } = report;
  const task = taskOf(stored, attempt);
  const attempts = [
    { ...attempt, state: 'failed', error, exit: exit ?? attempt.exit, endedAt: context.now } as const,
  ];
  const outputs = verdict ? [{ ...stored.job.outputs[0], verdict }] : stored.job.outputs;
  const decision = judgeFailure(task, error, { ...context, workerId: attempt.workerId });
  if (decision.outcome === 'fail')
    return {
      event: { type: 'failed', fence: attempt.fence, reason: decision.reason },
      job: { outputs, placement: undefined },
      attempts,
    };
  const event: JobEvent =
    stored.job.state === 'committing'
      ? { type: 'placement-gone', fence: attempt.fence, reason: decision.reason }
      : { type: 'attempt-ended', fence: attempt.fence, reason: decision.reason };
  return { event, job: { placement: undefined }, tasks: [decision.task], attempts };
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
    attempts: [{ ...attempt, state: 'cancelled', exit: exit ?? attempt.exit, endedAt: now }],
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
    readonly settings?: QueueSettings;
  },
): JobChange {
  const { now, reason, type = 'attempt-ended', settings } = ending;
  const { fence, workerId } = attempt;
  const judged = settings && judgeFailure(taskOf(stored, attempt), reason, { workerId, now, settings });
  return {
    event: type === 'abandoned' ? { type, reason } : { type, fence, reason },
    job: { placement: undefined },
    tasks: judged?.outcome === 'repeat' ? [judged.task] : waitingAgain(stored, attempt),
    attempts: [{ ...attempt, state: 'void', error: reason, endedAt: now }],
  };
}

/** The command that a job was attached to is gone when somebody retries it: it must not be cancelled for that. */
export function retry(stored: StoredJob): JobChange {
  return {
    event: { type: 'retried' },
    job: {
      probe: undefined,
      placement: undefined,
      startedAt: undefined,
      attached: false,
      sessionId: undefined,
      outputs: [],
    },
    tasks: [newTask(stored.job.id, 'probe')],
  };
}

function taskOf(stored: StoredJob, attempt: AttemptRecord): TaskRecord {
  return stored.tasks.find(({ id }) => id === attempt.taskId) ?? newTask(attempt.jobId, attempt.kind);
}

function waitingAgain(stored: StoredJob, attempt: AttemptRecord): TaskRecord[] {
  return [{ ...taskOf(stored, attempt), state: 'waiting' }];
}

function endedTask(stored: StoredJob, attempt: AttemptRecord): TaskRecord[] {
  return [{ ...taskOf(stored, attempt), state: 'ended' }];
}
