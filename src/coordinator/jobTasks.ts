import type { AttemptRecord, StoredJob, TaskKind, TaskRecord } from './store/records.ts';

/** The rows of a job's tasks: pure, from the job as it is. */

export function taskId(jobId: string, kind: TaskKind): string {
  return `${jobId}-${kind}`;
}

/** Its priority and its rank are the job book's to give. */
export function newTask(jobId: string, kind: TaskKind, queuedAt: number): TaskRecord {
  return {
    id: taskId(jobId, kind),
    jobId,
    kind,
    state: 'waiting',
    priority: 0,
    queuedAt,
    rank: 0,
    notBefore: 0,
    environmentFailures: 0,
    transientFailures: 0,
    avoid: [],
  };
}

export function taskOf(stored: StoredJob, attempt: AttemptRecord): TaskRecord {
  const known = stored.tasks.find(({ id }) => id === attempt.taskId);
  return known ?? newTask(attempt.jobId, attempt.kind, queuedAt(stored));
}

/** An encode waits since its job does, however long the source was looked at. */
export function queuedAt({ job, tasks }: StoredJob): number {
  return tasks.find(({ kind }) => kind === 'probe')?.queuedAt ?? job.createdAt;
}

export function waitingAgain(stored: StoredJob, attempt: AttemptRecord, notBefore?: number): TaskRecord[] {
  const task = taskOf(stored, attempt);
  return [{ ...task, state: 'waiting', notBefore: notBefore ?? task.notBefore }];
}

export function endedTask(stored: StoredJob, attempt: AttemptRecord): TaskRecord[] {
  return [{ ...taskOf(stored, attempt), state: 'ended' }];
}
