import type { AttemptRecord, JobRecord, TaskRecord } from './records.ts';
import type { AttemptsTable, JobsTable, TasksTable } from './schema.ts';

/** How a field lies in its column: as it is, as JSON, or as 0 and 1. What is missing is null. */
type Kind = 'plain' | 'json' | 'flag';
type SqlValue = string | number | null;

/** Of each field of a record, the column that holds it. */
type Columns<Fields extends string, Table> = Readonly<
  Record<Fields, readonly [name: keyof Table & string, kind: Kind]>
>;

/** Of a job; its preset is read apart from the rest. */
export const columnsWithoutPreset: Columns<Exclude<keyof JobRecord, 'presetData'>, JobsTable> = {
  id: ['id', 'plain'],
  submissionId: ['submission_id', 'plain'],
  revision: ['revision', 'plain'],
  state: ['state', 'plain'],
  preset: ['preset', 'plain'],
  priority: ['priority', 'plain'],
  attached: ['attached', 'flag'],
  sessionId: ['session_id', 'plain'],
  client: ['client', 'plain'],
  order: ['client_order', 'json'],
  owedTo: ['owed_to', 'plain'],
  on: ['on_worker', 'plain'],
  require: ['required_labels', 'json'],
  prefer: ['preferred_labels', 'json'],
  preempted: ['preempted', 'json'],
  output: ['output_template', 'plain'],
  folder: ['output_folder', 'plain'],
  destinations: ['destinations', 'json'],
  sources: ['sources', 'json'],
  outputs: ['outputs', 'json'],
  reason: ['reason', 'json'],
  probes: ['probes', 'json'],
  placement: ['placement', 'json'],
  onSuccess: ['on_success', 'plain'],
  hooks: ['hooks', 'json'],
  replacement: ['replacement', 'json'],
  cancelling: ['cancelling', 'flag'],
  suspended: ['suspended', 'flag'],
  fence: ['fence', 'plain'],
  createdAt: ['created_at', 'plain'],
  startedAt: ['started_at', 'plain'],
  endedAt: ['ended_at', 'plain'],
};

export const jobColumns: Columns<keyof JobRecord, JobsTable> = {
  ...columnsWithoutPreset,
  presetData: ['preset_data', 'json'],
};

export const taskColumns: Columns<keyof TaskRecord, TasksTable> = {
  id: ['id', 'plain'],
  jobId: ['job_id', 'plain'],
  kind: ['kind', 'plain'],
  state: ['state', 'plain'],
  priority: ['priority', 'plain'],
  queuedAt: ['queued_at', 'plain'],
  rank: ['rank', 'plain'],
  notBefore: ['not_before', 'plain'],
  environmentFailures: ['environment_failures', 'plain'],
  transientFailures: ['transient_failures', 'plain'],
  avoid: ['avoid', 'json'],
};

export const attemptColumns: Columns<keyof AttemptRecord, AttemptsTable> = {
  taskId: ['task_id', 'plain'],
  fence: ['fence', 'plain'],
  jobId: ['job_id', 'plain'],
  kind: ['kind', 'plain'],
  workerId: ['worker_id', 'plain'],
  worker: ['worker', 'plain'],
  state: ['state', 'plain'],
  argv: ['argv', 'json'],
  commands: ['commands', 'json'],
  pid: ['pid', 'plain'],
  processStart: ['process_start', 'plain'],
  directory: ['directory', 'plain'],
  exit: ['exit_status', 'json'],
  error: ['error', 'json'],
  startedAt: ['started_at', 'plain'],
  endedAt: ['ended_at', 'plain'],
};

/** All columns, in the order of the table above. */
export function wholeRow<Fields extends string, Table>(
  columns: Columns<Fields, Table>,
  record: Readonly<Partial<Record<Fields, unknown>>>,
): Table {
  const row: Record<string, SqlValue> = {};
  for (const field in columns) row[columns[field][0]] = encode(record[field], columns[field][1]);
  return row as Table;
}

/** Only the columns of fields that are there; one that is undefined becomes null. */
export function changedRow<Fields extends string, Table>(
  columns: Columns<Fields, Table>,
  changes: Readonly<Partial<Record<Fields, unknown>>>,
): Partial<Table> {
  const row: Record<string, SqlValue> = {};
  for (const field in columns)
    if (field in changes) row[columns[field][0]] = encode(changes[field], columns[field][1]);
  return row as Partial<Table>;
}

/** Not checked yet. What is null is left out: records go from thread to thread, and each field costs. */
export function fieldsOf<Fields extends string, Table>(
  columns: Columns<Fields, Table>,
  row: Table,
): Partial<Record<Fields, unknown>> {
  const record: Partial<Record<Fields, unknown>> = {};
  for (const field in columns) {
    const [name, kind] = columns[field];
    const value = row[name] as SqlValue;
    if (value !== null) record[field] = decode(value, kind);
  }
  return record;
}

function encode(value: unknown, kind: Kind): SqlValue {
  if (value === undefined) return null;
  if (kind === 'json') return JSON.stringify(value);
  return kind === 'flag' ? Number(value) : (value as SqlValue);
}

function decode(value: string | number, kind: Kind): unknown {
  if (kind === 'json') return JSON.parse(value as string);
  return kind === 'flag' ? value === 1 : value;
}
