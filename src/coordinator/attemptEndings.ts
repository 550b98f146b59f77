import type { ErrorData } from '../protocol/errors.ts';
import type { Exit } from '../protocol/model.ts';
import type { TaskReport } from '../protocol/tasks.ts';
import { ended } from './attemptCommands.ts';
import { changeOutput } from './changeOutput.ts';
import { judgeFailure } from './failurePolicy.ts';
import type { JobChange } from './jobChanges.ts';
import type { JobEvent } from './jobReducer.ts';
import { taskOf, waitingAgain } from './jobTasks.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { AttemptRecord, StoredJob } from './store/records.ts';

/** What is written when an attempt ends without its result: pure, as `jobChanges.ts`. */

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
  const outputs = judged ? changeOutput(stored.job.outputs, output, { verdict }) : stored.job.outputs;
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
  return {
    event: endOf(stored, attempt, decision.reason),
    job: { placement: undefined },
    tasks: [decision.task],
    attempts,
  };
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

/**
 * The worker stopped it: because a person asked (the reducer knows), because it was to make room, or because the worker itself
 * ends. `avoid`: said where another worker is to have it; why it was stopped stays with the attempt then.
 */
export function stopped(
  stored: StoredJob,
  attempt: AttemptRecord,
  ending: {
    readonly now: number;
    readonly exit?: Exit | undefined;
    readonly reason: ErrorData;
    readonly avoid?: boolean;
  },
): JobChange {
  const { now, exit, reason, avoid } = ending;
  const error = avoid === undefined ? attempt.error : reason;
  return {
    event: endOf(stored, attempt, reason),
    job: { placement: undefined },
    tasks: waitingAgain(stored, attempt).map((task) =>
      avoid === true ? { ...task, avoid: [...new Set([...task.avoid, attempt.workerId])] } : task,
    ),
    attempts: [{ ...ended(attempt, exit), state: 'cancelled', error, endedAt: now }],
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
  const job = { placement: undefined };
  const attempts: AttemptRecord[] = [{ ...attempt, state: 'void', error: reason, endedAt: now }];
  if (judged?.outcome === 'fail')
    return { event: { type: 'failed', fence, reason: judged.reason }, job, attempts };
  return {
    event: type === 'abandoned' ? { type, reason } : { type, fence, reason },
    job,
    tasks: judged ? [judged.task] : waitingAgain(stored, attempt),
    attempts,
  };
}

/** A granted name is given up with its attempt. */
function endOf({ job }: StoredJob, { fence }: AttemptRecord, reason: ErrorData): JobEvent {
  return { type: job.state === 'committing' ? 'placement-gone' : 'attempt-ended', fence, reason };
}
