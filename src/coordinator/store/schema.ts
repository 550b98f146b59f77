import type { Kysely, Transaction } from 'kysely';

/**
 * The tables, as every dialect has them: text, whole numbers, and JSON in text columns. Booleans are 0 and 1,
 * times are milliseconds since the epoch.
 */
export interface Schema {
  jobs: JobsTable;
  tasks: TasksTable;
  attempts: AttemptsTable;
  reservations: ReservationsTable;
  speeds: SpeedsTable;
  counters: { name: string; value: number };
  made_files: MadeFilesTable;
  watch_folders: WatchFoldersTable;
  watched_files: WatchedFilesTable;
  removals: RemovalsTable;
  job_sources: JobSourcesTable;
  identities: IdentitiesTable;
  workers: WorkersTable;
}

export interface JobsTable {
  id: string;
  submission_id: string;
  revision: number;
  state: string;
  preset: string;
  /** JSON. */
  preset_data: string;
  priority: number;
  attached: number;
  session_id: string | null;
  client: string | null;
  /** JSON. */
  client_order: string | null;
  owed_to: string | null;
  on_worker: string | null;
  /** JSON. */
  required_labels: string | null;
  /** JSON. */
  preferred_labels: string | null;
  /** JSON. */
  preempted: string | null;
  output_template: string | null;
  output_folder: string | null;
  /** JSON. */
  destinations: string | null;
  /** JSON. */
  sources: string;
  /** JSON. */
  outputs: string;
  /** JSON. */
  reason: string | null;
  /** JSON. */
  probes: string | null;
  /** JSON. */
  placement: string | null;
  on_success: string;
  /** JSON. */
  hooks: string | null;
  /** When the next hook is to be run. */
  hooks_due: number | null;
  /** JSON. */
  replacement: string | null;
  /** When something is to be done about it, milliseconds since the epoch; 0 for at once. */
  replacement_due: number | null;
  cancelling: number;
  suspended: number;
  fence: number;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
}

export interface TasksTable {
  id: string;
  job_id: string;
  kind: string;
  state: string;
  /** So that all can be ranked anew without their jobs. */
  priority: number;
  queued_at: number;
  /** Gives the order of the queue by one index. */
  rank: number;
  not_before: number;
  environment_failures: number;
  transient_failures: number;
  /** JSON. */
  avoid: string;
}

export interface AttemptsTable {
  task_id: string;
  fence: number;
  job_id: string;
  kind: string;
  worker_id: string;
  worker: string;
  state: string;
  /** JSON. */
  argv: string | null;
  /** JSON. */
  commands: string | null;
  pid: number | null;
  process_start: string | null;
  directory: string | null;
  /** JSON. */
  exit_status: string | null;
  /** JSON. */
  error: string | null;
  started_at: number;
  ended_at: number | null;
}

/** Which jobs still read a file, or have put their result in its place. */
export interface JobSourcesTable {
  /** See `sourceKey`. */
  path_key: string;
  job_id: string;
}

export interface RemovalsTable {
  revision: number;
  /** JSON. */
  ids: string;
}

export interface ReservationsTable {
  /** SHA-256 of the normalised path, hexadecimal: databases limit the length of a key. */
  path_key: string;
  path: string;
  job_id: string;
}

/** Results that jobs placed, so that no watched folder takes them for sources. They outlive their jobs. */
export interface MadeFilesTable {
  /** As of a reservation. */
  path_key: string;
  job_id: string;
  bytes: number | null;
  /** See `briefKey`. */
  content: string | null;
}

export interface WatchFoldersTable {
  id: string;
  origin: string;
  /** JSON. */
  spec: string;
  /** JSON: the preset as it was when the folder was activated; null where its name is looked up for each file. */
  preset_data: string | null;
  paused: number;
  activated_at: number;
}

export interface WatchedFilesTable {
  folder_id: string;
  /** Its content, or its state where nobody read it. */
  file_key: string;
  path: string;
  /** Size, time of the last change and inode. */
  inode_key: string;
  /** SHA-256 of size, time of the last change and path. */
  path_key: string;
  bytes: number;
  state: string;
  job_id: string | null;
  at: number;
}

/** Who may connect. */
export interface WorkersTable {
  id: string;
  drained: number;
  name: string | null;
  /** JSON. */
  labels: string;
  /** JSON. */
  description: string | null;
  /** JSON. */
  dial: string | null;
  last_seen_at: number | null;
}

export interface IdentitiesTable {
  id: string;
  name: string;
  role: string;
  /** JSON. */
  ranges: string;
  sealed_key: string;
  disabled: number;
  created_at: number;
  last_seen_at: number | null;
}

/** How fast workers were seen to be. */
export interface SpeedsTable {
  worker_id: string;
  work: string;
  attempts: number;
  /** Natural logarithm of the amount a second. */
  log_mean: number;
}

export type Database = Kysely<Schema>;
export type Writing = Transaction<Schema>;
