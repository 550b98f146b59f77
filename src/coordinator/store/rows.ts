import type * as z from 'zod';
import { DffmpegError } from '../../protocol/errors.ts';
import { describeIssues } from '../../protocol/issues.ts';
import {
  attemptColumns,
  changedRow,
  fieldsOf,
  jobColumns,
  columnsWithoutPreset,
  taskColumns,
  wholeRow,
} from './columns.ts';
import { HotSchema } from './hotSchema.ts';
import { attemptRecordSchema, jobRecordSchema, taskRecordSchema } from './records.ts';
import type { AttemptRecord, JobRecord, TaskRecord } from './records.ts';
import type { AttemptsTable, JobsTable, TasksTable } from './schema.ts';

const withoutPresetSchema = new HotSchema(jobRecordSchema.omit({ presetData: true }));
const taskSchema = new HotSchema(taskRecordSchema);
const attemptSchema = new HotSchema(attemptRecordSchema);
const resultSchema = jobRecordSchema.pick({ outputs: true, replacement: true });
const sourceUseSchema = jobRecordSchema.pick({
  id: true,
  client: true,
  state: true,
  sources: true,
  replacement: true,
});
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
  return { ...wholeRow(jobColumns, job), ...dueColumns(job) };
}

export function toChangedJobRow(changes: Partial<JobRecord>): Partial<JobsTable> {
  return { ...changedRow(jobColumns, changes), ...dueColumns(changes) };
}

export function toJobRecord(row: JobsTable): JobRecord {
  const presetData = presets.read(row);
  const job = check('job', row.id, withoutPresetSchema, () => fieldsOf(columnsWithoutPreset, row));
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

/** Of a job, what it reads and whether it still does. */
export function toSourceUse(
  row: Pick<JobsTable, 'id' | 'client' | 'state' | 'sources' | 'replacement'>,
): Pick<JobRecord, 'id' | 'client' | 'state' | 'sources' | 'replacement'> {
  return check('job', row.id, sourceUseSchema, () => ({
    ...{ id: row.id, client: row.client ?? undefined, state: row.state },
    sources: parse(row.sources),
    replacement: parse(row.replacement),
  }));
}

export function toTaskRow(task: TaskRecord): TasksTable {
  return wholeRow(taskColumns, task);
}

export function toChangedTaskRow(changes: Partial<TaskRecord>): Partial<TasksTable> {
  return changedRow(taskColumns, changes);
}

export function toTaskRecord(row: TasksTable): TaskRecord {
  return check('task', row.id, taskSchema, () => fieldsOf(taskColumns, row));
}

export function toAttemptRow(attempt: AttemptRecord): AttemptsTable {
  return wholeRow(attemptColumns, attempt);
}

export function toChangedAttemptRow(changes: Partial<AttemptRecord>): Partial<AttemptsTable> {
  return changedRow(attemptColumns, changes);
}

export function toAttemptRecord(row: AttemptsTable): AttemptRecord {
  return check('attempt', `${row.task_id}/${row.fence}`, attemptSchema, () => fieldsOf(attemptColumns, row));
}

/** Columns that queries go by, beside those of the fields. */
function dueColumns(changes: Partial<JobRecord>): Partial<Pick<JobsTable, 'hooks_due' | 'replacement_due'>> {
  return {
    ...('hooks' in changes ? { hooks_due: hooksDue(changes) ?? null } : {}),
    ...('replacement' in changes ? { replacement_due: replacementDue(changes) ?? null } : {}),
  };
}

/** When something is to be done about a replacement: at once (0), or when the source has been kept long enough. */
function replacementDue({ replacement }: Pick<JobRecord, 'replacement'>): number | undefined {
  if (replacement?.state === 'replacing' || replacement?.state === 'undoing') return 0;
  return replacement?.state === 'replaced' ? replacement.keptUntil : undefined;
}

function hooksDue({ hooks = [] }: Pick<JobRecord, 'hooks'>): number | undefined {
  const due = hooks.filter(({ state }) => state === 'waiting').map(({ at }) => at);
  return due.length === 0 ? undefined : Math.min(...due);
}

interface Checks<T> {
  safeParse(value: unknown): z.ZodSafeParseResult<T>;
}

function parse(text: string | null): unknown {
  return text === null ? undefined : (JSON.parse(text) as unknown);
}

function check<T>(what: string, key: string, schema: Checks<T>, read: () => unknown): T {
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
