import type { JobState } from '../protocol/jobState.ts';
import type { Counts } from '../protocol/model.ts';
import type { AccountStore } from './accountStore.ts';
import type { ClockSeen } from './clockJump.ts';
import type { LearntSpeed } from './speeds.ts';
import type { AttemptKey, AttemptRecord, JobRecord, StoredJob, TaskRecord } from './store/records.ts';
import type { WatchStore } from './watchStore.ts';
import type { WorkerStore } from './workerStore.ts';

/**
 * Where the queue lies. Asynchronous and of plain data on both sides, so that it can run in another thread or
 * over another database. Every call is one transaction. Throws `store-unavailable` with a sentence when the
 * database cannot be written or read.
 */
export interface Store extends WatchStore, AccountStore, WorkerStore {
  /** Synced to disk. A repeat with the same submission id returns the stored job and stores nothing. */
  submit(job: StoredJob): Promise<StoredJob>;
  /** The job that was stored under this submission id. */
  submitted(submissionId: string): Promise<StoredJob | undefined>;
  /** Returns the job's new revision. Throws `conflict` when the job changed meanwhile or a name is reserved. */
  write(change: JobWrite): Promise<number>;
  /** Sets why jobs wait; those that changed meanwhile are left out. */
  explain(reasons: readonly Explanation[]): Promise<void>;

  job(id: string): Promise<StoredJob | undefined>;
  /** Ids that begin with `prefix`, oldest first. */
  idsWithPrefix(prefix: string, limit: number): Promise<string[]>;
  /** Newest first. */
  jobs(page: JobPage): Promise<{ jobs: StoredJob[]; next?: string }>;
  /** Jobs with a revision above `cursor` in that order, and the revision up to which nothing is left out. */
  changesSince(cursor: number, limit: number): Promise<StoredChanges>;
  /** Revision of the latest change. */
  revision(): Promise<number>;
  /** Jobs with a hook that is due, the longest due first; `latest` as for `queue`. */
  hooksDue(page: HooksPage): Promise<StoredJob[]>;
  /** When the next hook is due. */
  nextHook(): Promise<number | undefined>;
  counts(): Promise<Counts>;
  queuePaused(): Promise<boolean>;
  /** Synced to disk; counts as a change, so that who follows the changes hears of it. */
  pauseQueue(paused: boolean): Promise<void>;
  /** As it was kept last. */
  clockSeen(): Promise<ClockSeen | undefined>;
  keepClockSeen(seen: ClockSeen): Promise<void>;
  /** Waiting tasks that are due, by rank, then id. */
  queue(page: QueuePage): Promise<QueuedJob[]>;
  /** How many waiting tasks of the same kind come before this one. */
  countAhead(task: TaskRecord): Promise<number>;
  /** Ranks all that is unfinished anew, where it was ranked by another ageing (`rankOf`). */
  rank(ageingMs: number): Promise<void>;
  speeds(): Promise<LearntSpeed[]>;
  /** Each replaces what was kept of its worker and kind of work. */
  keepSpeeds(speeds: readonly LearntSpeed[]): Promise<void>;
  /** When the next task that has to wait is due; `latest` as for `queue`. */
  nextDue(now: number, latest?: number): Promise<number | undefined>;
  /** Jobs with an attempt that is under way. */
  underWay(): Promise<StoredJob[]>;
  /** Unfinished attached jobs and whose they are. */
  attached(): Promise<{ id: string; sessionId: string }[]>;
  /** Jobs of this client of whose end it has not heard, oldest first. */
  owedTo(client: string): Promise<StoredJob[]>;
  /** Jobs whose replacement something is to be done about, the longest due first. */
  replacementsDue(page: ReplacementPage): Promise<ReplacementsDue>;
  /** When the next one is due after that time. */
  nextReplacement(now: number): Promise<number | undefined>;
  /** Paths of results that have taken the place of their source: not to be encoded once more. */
  replacedPaths(): Promise<string[]>;
  /**
   * Jobs that have not ended and read the file of one of these names (`namesOf`), and those whose result takes or has its
   * place, oldest first. Maybe more: paths that differ in nothing but case are taken for one.
   */
  jobsOfSource(names: readonly string[]): Promise<StoredJob[]>;
  /** Finished jobs, the longest ended first. */
  ended(page: EndedPage): Promise<JobRecord[]>;
  /** Removes jobs with all that is stored of them; those that changed meanwhile stay. Returns which are gone. */
  remove(jobs: readonly EndedJob[]): Promise<string[]>;
  /** Those of these normalised paths that are reserved by other jobs. */
  reserved(normalised: readonly string[], forJob: string): Promise<string[]>;
  /** Writes everything, as it is now, into a new file. */
  saveTo(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Only what changes: of rows that are there, the fields that do. A field that is there and undefined is taken away. */
export interface JobWrite {
  readonly id: string;
  /** The one that it was read at. */
  readonly revision: number;
  /** Its state at that revision. */
  readonly from: JobState;
  readonly job: Partial<JobRecord>;
  readonly tasks?: readonly TaskChange[] | undefined;
  readonly newTasks?: readonly TaskRecord[] | undefined;
  readonly attempts?: readonly AttemptChange[] | undefined;
  readonly newAttempts?: readonly AttemptRecord[] | undefined;
  /** An attempt that was offered and not taken: it never was. */
  readonly dropAttempt?: AttemptKey | undefined;
  /** Replace the job's reserved names; an empty list gives them back. */
  readonly reservations?: readonly Reservation[] | undefined;
  /** Results that have their names now. */
  readonly made?: readonly MadeFile[] | undefined;
  /** Synced to disk before it is answered. */
  readonly durable?: boolean | undefined;
}

export type TaskChange = Pick<TaskRecord, 'id'> & Partial<TaskRecord>;
export type AttemptChange = AttemptKey & Partial<AttemptRecord>;

export interface Reservation {
  readonly path: string;
  /** Equal for all spellings of one file. */
  readonly normalised: string;
}

export interface MadeFile {
  /** As of a reservation. */
  readonly normalised: string;
  readonly bytes?: number | undefined;
  /** Of a file: `briefKey`. */
  readonly content?: string | undefined;
}

export interface Explanation {
  readonly id: string;
  readonly revision: number;
  readonly reason: NonNullable<JobRecord['reason']>;
}

export interface JobPage {
  readonly states?: readonly JobState[] | undefined;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** Else the newest come first. */
  readonly oldestFirst?: boolean | undefined;
}

export interface QueuePage {
  readonly now: number;
  /** No wait that is asked for ends later: what waits until then has a clock behind it that was set back, and is due. */
  readonly latest?: number | undefined;
  /** Tasks of these kinds alone. */
  readonly kinds: readonly TaskRecord['kind'][];
  readonly limit: number;
  readonly after?: QueueEntry | undefined;
}

export interface StoredChanges {
  readonly jobs: StoredJob[];
  /** Ids of jobs that were removed. */
  readonly removed: string[];
  readonly cursor: number;
  readonly more: boolean;
  /** The cursor is so old that not every removal since then is known any more. */
  readonly gap: boolean;
}

export type EndedJob = Pick<JobRecord, 'id' | 'revision'>;

export interface HooksPage {
  readonly now: number;
  readonly latest: number;
  readonly limit: number;
}

export interface EndedPage {
  /** Those alone that ended before this time. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** The last of the page before. */
  readonly after?: { readonly id: string; readonly endedAt: number } | undefined;
}

/** Times are milliseconds since the epoch; what is under way is due at 0. */
export interface ReplacementPage {
  readonly from: number;
  /** Included. */
  readonly until: number;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: { readonly due: number; readonly id: string } | undefined;
}

export interface ReplacementsDue {
  readonly jobs: StoredJob[];
  /** Missing on the last page. */
  readonly next?: NonNullable<ReplacementPage['after']>;
}

/** With all that an assignment changes. */
export type QueuedJob = QueueEntry & StoredJob;

export interface QueueEntry {
  readonly job: JobRecord;
  readonly task: TaskRecord;
}
