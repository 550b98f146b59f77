import type * as z from 'zod';
import { DffmpegError } from '../../protocol/errors.ts';
import { describeIssues } from '../../protocol/issues.ts';
import { attemptRecordSchema, jobRecordSchema, taskRecordSchema } from './records.ts';
import type { AttemptRecord, JobRecord, TaskRecord } from './records.ts';
import type { AttemptsTable, JobsTable, TasksTable } from './schema.ts';

const withoutPresetSchema = jobRecordSchema.omit({ presetData: true });
const resultSchema = jobRecordSchema.pick({ outputs: true, replacement: true });
const presetDataSchema = jobRecordSchema.shape.presetData;
type PresetData = JobRecord['presetData'];

/** Presets by their text: most jobs have one of a few, and checking it costs more than all else of a row. */
class KnownPresets {
  /** The one used last at the end. */
  readonly #known = new Map<string, PresetData>();
  readonly #most = 64;

  read({ id, preset_data: text }: JobsTable): PresetData {
    const preset = this.#known.get(text) ?? check('preset of job', id, presetDataSchema, () => parse(text));
    this.#known.delete(text);
    this.#known.set(text, preset);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest);
    return preset;
  }
}

const presets = new KnownPresets();

/** Between records and rows. A row that does not fit is `store-unavailable`: it was not written by this program. */

export function toJobRow(job: JobRecord): JobsTable {
  return {
    id: job.id,
    submission_id: job.submissionId,
    preset: job.preset,
    preset_data: JSON.stringify(job.presetData),
    created_at: job.createdAt,
    ...toChangeableRow(job),
  };
}

/** Without what never changes of a job. */
export function toChangeableRow(
  job: JobRecord,
): Omit<JobsTable, 'id' | 'submission_id' | 'preset' | 'preset_data' | 'created_at'> {
  return {
    revision: job.revision,
    state: job.state,
    priority: job.priority,
    attached: Number(job.attached),
    session_id: job.sessionId ?? null,
    on_worker: job.on ?? null,
    output_template: job.output ?? null,
    sources: JSON.stringify(job.sources),
    outputs: JSON.stringify(job.outputs),
    reason: json(job.reason),
    probes: json(job.probes),
    placement: json(job.placement),
    on_success: job.onSuccess,
    hooks: json(job.hooks),
    hooks_due: hooksDue(job) ?? null,
    replacement: json(job.replacement),
    replacement_due: replacementDue(job) ?? null,
    cancelling: Number(job.cancelling),
    suspended: Number(job.suspended),
    fence: job.fence,
    started_at: job.startedAt ?? null,
    ended_at: job.endedAt ?? null,
  };
}

export function toJobRecord(row: JobsTable): JobRecord {
  const presetData = presets.read(row);
  const job = check('job', row.id, withoutPresetSchema, () => ({
    id: row.id,
    submissionId: row.submission_id,
    revision: row.revision,
    state: row.state,
    preset: row.preset,
    priority: row.priority,
    attached: row.attached === 1,
    sessionId: row.session_id ?? undefined,
    on: row.on_worker ?? undefined,
    output: row.output_template ?? undefined,
    sources: parse(row.sources),
    outputs: parse(row.outputs),
    reason: parse(row.reason),
    probes: parse(row.probes),
    placement: parse(row.placement),
    onSuccess: row.on_success,
    hooks: parse(row.hooks),
    replacement: parse(row.replacement),
    cancelling: row.cancelling === 1,
    suspended: row.suspended === 1,
    fence: row.fence,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  }));
  return { ...job, presetData };
}

/** Of a job, only what it made and whether that replaced its source. */
export function toResultRecord(
  row: Pick<JobsTable, 'id' | 'outputs' | 'replacement'>,
): Pick<JobRecord, 'outputs' | 'replacement'> {
  return check('job', row.id, resultSchema, () => ({
    outputs: parse(row.outputs),
    replacement: parse(row.replacement),
  }));
}

export function toTaskRow(task: TaskRecord, job: JobRecord): TasksTable {
  return {
    id: task.id,
    job_id: task.jobId,
    kind: task.kind,
    state: task.state,
    priority: job.priority,
    queued_at: task.queuedAt,
    rank: task.rank,
    not_before: task.notBefore,
    environment_failures: task.environmentFailures,
    transient_failures: task.transientFailures,
    avoid: JSON.stringify(task.avoid),
  };
}

export function toTaskRecord(row: Omit<TasksTable, 'priority'>): TaskRecord {
  return check('task', row.id, taskRecordSchema, () => ({
    id: row.id,
    jobId: row.job_id,
    kind: row.kind,
    state: row.state,
    queuedAt: row.queued_at,
    rank: row.rank,
    notBefore: row.not_before,
    environmentFailures: row.environment_failures,
    transientFailures: row.transient_failures,
    avoid: parse(row.avoid),
  }));
}

export function toAttemptRow(attempt: AttemptRecord): AttemptsTable {
  return {
    task_id: attempt.taskId,
    fence: attempt.fence,
    job_id: attempt.jobId,
    kind: attempt.kind,
    worker_id: attempt.workerId,
    worker: attempt.worker,
    state: attempt.state,
    argv: json(attempt.argv),
    commands: json(attempt.commands),
    pid: attempt.pid ?? null,
    process_start: attempt.processStart ?? null,
    directory: attempt.directory ?? null,
    exit_status: json(attempt.exit),
    error: json(attempt.error),
    started_at: attempt.startedAt,
    ended_at: attempt.endedAt ?? null,
  };
}

export function toAttemptRecord(row: AttemptsTable): AttemptRecord {
  return check('attempt', `${row.task_id}/${row.fence}`, attemptRecordSchema, () => ({
    taskId: row.task_id,
    fence: row.fence,
    jobId: row.job_id,
    kind: row.kind,
    workerId: row.worker_id,
    worker: row.worker,
    state: row.state,
    argv: parse(row.argv),
    commands: parse(row.commands),
    pid: row.pid ?? undefined,
    processStart: row.process_start ?? undefined,
    directory: row.directory ?? undefined,
    exit: parse(row.exit_status),
    error: parse(row.error),
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
  }));
}

/** When something is to be done about a replacement: at once (0), or when the source has been kept long enough. */
function replacementDue({ replacement }: JobRecord): number | undefined {
  if (replacement?.state === 'replacing' || replacement?.state === 'undoing') return 0;
  return replacement?.state === 'replaced' ? replacement.keptUntil : undefined;
}

/** Not before a result has its last name: a replacement changes that. */
function hooksDue({ hooks = [], replacement }: JobRecord): number | undefined {
  if (replacement?.state === 'replacing' || replacement?.state === 'undoing') return undefined;
  const due = hooks.filter(({ state }) => state === 'waiting').map(({ at }) => at);
  return due.length === 0 ? undefined : Math.min(...due);
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function parse(text: string | null): unknown {
  return text === null ? undefined : (JSON.parse(text) as unknown);
}

function check<S extends z.ZodType>(what: string, key: string, schema: S, read: () => unknown): z.output<S> {
  try {
    const parsed = schema.safeParse(read());
    if (parsed.success) return parsed.data;
    throw broken(what, key, describeIssues(parsed.error));
  } catch (error) {
    throw error instanceof DffmpegError ? error : broken(what, key, 'it holds no JSON', error);
  }
}

function broken(what: string, key: string, why: string, cause?: unknown): DffmpegError {
  return new DffmpegError('store-unavailable', `The queue’s database has a broken ${what} ${key}: ${why}.`, {
    hint: 'Move store.sqlite out of the state folder and restart the daemon; it begins a new queue.',
    cause,
  });
}
