import type { Verdict } from '../encoding/verdict.ts';
import type { ErrorData } from '../protocol/errors.ts';
import type { Exit, Output } from '../protocol/model.ts';
import type { TaskReport } from '../protocol/tasks.ts';
import { ended } from './attemptCommands.ts';
import { changeOutput } from './changeOutput.ts';
import type { JobEvent } from './jobReducer.ts';
import { endedTask, newTask, queuedAt } from './jobTasks.ts';
import type { QueueSettings } from './queueSettings.ts';
import { beginReplacement, type Delivered } from './replacementChanges.ts';
import { fileName } from './sourceNames.ts';
import type { JobWrite, Reservation } from './store.ts';
import type { AttemptRecord, JobRecord, Placement, StoredJob, TaskRecord } from './store/records.ts';

/**
 * What each step forward writes: pure, from the job as it is to the change of it. The event goes through the
 * reducer, which decides the state; here are the rows that go with it. How attempts end otherwise: `attemptEndings.ts`.
 */
export interface JobChange extends Pick<JobWrite, 'dropAttempt' | 'reservations' | 'durable'> {
  /** Without one the state stays. */
  readonly event?: JobEvent;
  readonly job?: Partial<JobRecord>;
  /** As they are to be; one that was not there is new. */
  readonly tasks?: readonly TaskRecord[];
  readonly attempts?: readonly AttemptRecord[];
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

export function encoded(attempt: AttemptRecord, exit: Exit): JobChange {
  return { event: { type: 'encoded', fence: attempt.fence }, attempts: [ended(attempt, exit)] };
}

export function probed(
  stored: StoredJob,
  attempt: AttemptRecord,
  { probes, files = [], destinations, lost = [] }: Extract<TaskReport, { type: 'probed' }>,
  now: number,
): JobChange {
  const sources = stored.job.sources.map((source, index) => {
    const { bytes, duration } = probes[index] ?? {};
    const { realPath, identity } = files[index] ?? {};
    return {
      ...{ ...source, bytes, duration },
      realPath: realPath === source.path ? undefined : realPath,
      file: identity && fileName(attempt.workerId, identity),
    };
  });
  // A person has deleted or changed it since: it is made anew, under a name that is free.
  const outputs = stored.job.outputs.map((output, index) =>
    output.state === 'placed' && lost.includes(index) ? planAnew(output) : output,
  );
  return {
    event: { type: 'probed', fence: attempt.fence },
    job: { probes, sources, outputs, destinations },
    tasks: endedTask(stored, attempt),
    attempts: [{ ...attempt, state: 'succeeded', endedAt: now }],
  };
}

function planAnew({ name }: Output): Output {
  return { name, state: 'planned' };
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
  const { sources } = stored.job;
  return {
    event: { type: 'queued', reason },
    job: { outputs, sources },
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

/** A verified result that cannot get its name: it is kept, and its job says what it waits for. */
export function waits({ job }: StoredJob, error: ErrorData): JobChange | undefined {
  if (job.state !== 'committing' || job.cancelling) return undefined;
  const reason: ErrorData = {
    code: error.code,
    message: `${error.message} The result is kept and waits.`,
    hint: `It goes on by itself when that is over. Or give it another folder: dffmpeg job choose-folder ${job.id} FOLDER`,
  };
  return reason.message === job.reason?.message ? undefined : { job: { reason } };
}

export function deliver(
  stored: StoredJob,
  attempt: AttemptRecord,
  placed: Delivered,
  context: { readonly now: number; readonly settings: QueueSettings },
): JobChange {
  const { output, path, bytes } = placed;
  const verdict = withOrigins(placed.verdict, stored.job.sources);
  const settled: Partial<Output> = { state: 'placed', path, bytes, verdict };
  const change = settle(stored, attempt, { index: output, settled, last: 'delivered' }, context.now);
  const replacement = beginReplacement(stored, attempt, placed, context.settings);
  return replacement ? { ...change, job: { ...change.job, replacement } } : change;
}

/** Once more encoded: what was lost then is lost. */
function withOrigins(verdict: Verdict, sources: JobRecord['sources']): Verdict {
  const findings = sources.flatMap(({ path, resultOf }) =>
    resultOf === undefined
      ? []
      : {
          level: 'note' as const,
          message: `${path} is itself the result of job ${resultOf}, which has taken the place of its source.`,
        },
  );
  return findings.length === 0 ? verdict : { ...verdict, findings: [...verdict.findings, ...findings] };
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

/** The machine whose files these are has placed it. */
export function handedOver(
  stored: StoredJob,
  attempt: AttemptRecord,
  { output, path, bytes, verdict }: Pick<Delivered, 'output' | 'path' | 'bytes' | 'verdict'>,
  now: number,
): JobChange {
  const settled: Partial<Output> = { state: 'placed', path, bytes, verdict };
  return settle(stored, attempt, { index: output, settled, last: 'handed-over' }, now);
}

/** One output is done with; the job is, when it was the last. */
function settle(
  stored: StoredJob,
  attempt: AttemptRecord,
  change: {
    readonly index: number;
    readonly settled: Partial<Output>;
    readonly last: 'delivered' | 'handed-over' | 'nothing-left';
  },
  now: number,
): JobChange {
  const { fence } = attempt;
  const outputs = changeOutput(stored.job.outputs, change.index, change.settled);
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
      destinations: undefined,
      // What lies under their paths is looked at anew.
      sources: stored.job.sources.map((source) => ({ ...source, realPath: undefined, file: undefined })),
      placement: undefined,
      startedAt: undefined,
      attached: false,
      sessionId: undefined,
      outputs: stored.job.outputs.map((output) => (output.state === 'placed' ? output : planAnew(output))),
    },
    tasks: [newTask(stored.job.id, 'probe', now)],
  };
}
