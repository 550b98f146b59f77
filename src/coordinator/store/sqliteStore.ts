import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { DffmpegError } from '../../protocol/errors.ts';
import { isEnded, jobStates, type Counts, type JobState } from '../../protocol/model.ts';
import type { Explanation, JobPage, JobWrite, QueueEntry, QueuePage, Store } from '../store.ts';
import { GroupCommit } from './groupCommit.ts';
import { migrate } from './migrations.ts';
import type { JobRecord, StoredJob, TaskKind } from './records.ts';
import { toAttemptRecord, toAttemptRow, toJobRecord, toJobRow, toTaskRecord, toTaskRow } from './rows.ts';
import type { Database, JobsTable, Schema, Writing } from './schema.ts';
import { NodeSqliteDialect } from './sqliteDialect.ts';
import { toStoreError } from './sqliteErrors.ts';

export interface SqliteStoreOptions {
  /** The database file, or `:memory:`. Its folder exists. */
  readonly file: string;
  /** Written into the database, so that an older program can say which version to install. */
  readonly programVersion: string;
}

/** Milliseconds that SQLite waits for another program (a backup, a person looking). */
const busyTimeoutMs = 5_000;
/** Databases limit the number of parameters of one statement. */
const parametersAtOnce = 500;

/** Opens the database, brings it to the newest schema, or throws `version-mismatch` or `store-unavailable`. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const database = openDatabase(options.file);
  const db = new Kysely<Schema>({ dialect: new NodeSqliteDialect(database) });
  try {
    await migrate(db as unknown as Kysely<never>, options.programVersion);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new SqliteStore(db);
}

function openDatabase(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    database.exec('pragma journal_mode = wal; pragma foreign_keys = on; pragma synchronous = normal');
    // Paths of a person's files are nobody else's business; the -wal and -shm files take this mode over.
    if (file !== ':memory:' && process.platform !== 'win32') chmodSync(file, 0o600);
    return database;
  } catch (error) {
    throw toStoreError(error);
  }
}

class SqliteStore implements Store {
  readonly #db: Database;
  readonly #commits: GroupCommit;
  #synced = false;

  constructor(db: Database) {
    this.#db = db;
    this.#commits = new GroupCommit(db, (connection, durable) => this.#setSync(connection, durable));
  }

  submit(stored: StoredJob): Promise<StoredJob> {
    return this.#commits.write(true, async (writing) => {
      const { job } = stored;
      const earlier = await writing
        .selectFrom('jobs')
        .selectAll()
        .where('submission_id', '=', job.submissionId)
        .executeTakeFirst();
      if (earlier) return firstOf(await withParts(writing, [earlier]));
      const submitted = { ...stored, job: { ...job, revision: await nextRevision(writing) } };
      await writing.insertInto('jobs').values(toJobRow(submitted.job)).execute();
      for (const task of stored.tasks)
        await writing.insertInto('tasks').values(toTaskRow(task, job)).execute();
      return submitted;
    });
  }

  write(change: JobWrite): Promise<number> {
    return this.#commits.write(change.durable ?? false, async (writing) => {
      const revision = await nextRevision(writing);
      const { id, revision: expected } = change.job;
      const { numUpdatedRows } = await writing
        .updateTable('jobs')
        .set(toJobRow({ ...change.job, revision }))
        .where('id', '=', id)
        .where('revision', '=', expected)
        .executeTakeFirst();
      if (numUpdatedRows === 0n)
        throw new DffmpegError('conflict', `Job ${id} has changed meanwhile.`, { hint: 'Try again.' });
      for (const task of change.tasks ?? []) {
        const row = toTaskRow(task, change.job);
        await writing.deleteFrom('tasks').where('id', '=', row.id).execute();
        await writing.insertInto('tasks').values(row).execute();
      }
      for (const attempt of change.attempts ?? []) {
        await deleteAttempt(writing, attempt);
        await writing.insertInto('attempts').values(toAttemptRow(attempt)).execute();
      }
      if (change.dropAttempt) await deleteAttempt(writing, change.dropAttempt);
      if (change.reservation !== undefined) await this.#reserve(writing, id, change.reservation);
      return revision;
    });
  }

  explain(reasons: readonly Explanation[]): Promise<void> {
    return this.#commits.write(false, async (writing) => {
      for (const { id, revision, reason } of reasons)
        await writing
          .updateTable('jobs')
          .set({ reason: JSON.stringify(reason), revision: await nextRevision(writing) })
          .where('id', '=', id)
          .where('revision', '=', revision)
          .execute();
    });
  }

  async job(id: string): Promise<StoredJob | undefined> {
    const rows = await this.#db.selectFrom('jobs').selectAll().where('id', '=', id).execute();
    return (await withParts(this.#db, rows))[0];
  }

  async idsWithPrefix(prefix: string, limit: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('jobs')
      .select('id')
      // A range, since LIKE reads _ as a wildcard and does not use the index; ids are ASCII.
      .where('id', '>=', prefix)
      .where('id', '<', `${prefix}~`)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  }

  async jobs({ states, limit, after }: JobPage): Promise<{ jobs: StoredJob[]; next?: string }> {
    let query = this.#db
      .selectFrom('jobs')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (states) query = query.where('state', 'in', states);
    if (after !== undefined) query = query.where('id', '<', after);
    const rows = await query.execute();
    const jobs = await withParts(this.#db, rows.slice(0, limit));
    const last = jobs.at(-1);
    return rows.length > limit && last ? { jobs, next: last.job.id } : { jobs };
  }

  async changesSince(cursor: number, limit: number) {
    // Read first: whatever changes between the two reads has a higher revision and comes the next time.
    const newest = await this.revision();
    const rows = await this.#db
      .selectFrom('jobs')
      .selectAll()
      .where('revision', '>', cursor)
      .where('revision', '<=', newest)
      .orderBy('revision')
      .limit(limit + 1)
      .execute();
    const more = rows.length > limit;
    const jobs = await withParts(this.#db, rows.slice(0, limit));
    return { jobs, more, cursor: more ? (jobs.at(-1)?.job.revision ?? cursor) : newest };
  }

  async revision(): Promise<number> {
    return readRevision(this.#db);
  }

  async counts(): Promise<Counts> {
    const rows = await this.#db
      .selectFrom('jobs')
      .select(['state', ({ fn }) => fn.countAll<number>().as('jobs')])
      .groupBy('state')
      .execute();
    const counts: Counts = { waiting: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
    for (const { state, jobs } of rows) counts[countedAs(state as JobState)] += Number(jobs);
    return counts;
  }

  async queue({ now, limit, after }: QueuePage): Promise<QueueEntry[]> {
    let query = this.#db
      .selectFrom('tasks')
      .selectAll()
      .where('state', '=', 'waiting')
      .where('not_before', '<=', now)
      .orderBy('priority', 'desc')
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit);
    if (after) {
      const { job, task } = after;
      query = query.where(({ eb, or, and }) =>
        or([
          eb('priority', '<', job.priority),
          and([eb('priority', '=', job.priority), eb('created_at', '>', job.createdAt)]),
          and([
            eb('priority', '=', job.priority),
            eb('created_at', '=', job.createdAt),
            eb('id', '>', task.id),
          ]),
        ]),
      );
    }
    const tasks = (await query.execute()).map(toTaskRecord);
    const jobs = new Map<string, JobRecord>();
    for (const ids of chunks(tasks.map(({ jobId }) => jobId)))
      for (const row of await this.#db.selectFrom('jobs').selectAll().where('id', 'in', ids).execute())
        jobs.set(row.id, toJobRecord(row));
    return tasks.flatMap((task) => {
      const job = jobs.get(task.jobId);
      return job ? [{ job, task }] : [];
    });
  }

  async countAhead(job: JobRecord, kind: TaskKind): Promise<number> {
    const row = await this.#db
      .selectFrom('tasks')
      .select(({ fn }) => fn.countAll<number>().as('tasks'))
      .where('state', '=', 'waiting')
      .where('kind', '=', kind)
      .where('job_id', '!=', job.id)
      .where(({ eb, or, and }) =>
        or([
          eb('priority', '>', job.priority),
          and([eb('priority', '=', job.priority), eb('created_at', '<', job.createdAt)]),
          and([
            eb('priority', '=', job.priority),
            eb('created_at', '=', job.createdAt),
            eb('job_id', '<', job.id),
          ]),
        ]),
      )
      .executeTakeFirstOrThrow();
    return Number(row.tasks);
  }

  async nextDue(now: number): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('tasks')
      .select(({ fn }) => fn.min('not_before').as('due'))
      .where('state', '=', 'waiting')
      .where('not_before', '>', now)
      .executeTakeFirst();
    return row?.due === null || row?.due === undefined ? undefined : Number(row.due);
  }

  async underWay(): Promise<StoredJob[]> {
    const rows = await this.#db
      .selectFrom('jobs')
      .selectAll()
      .where('id', 'in', ({ selectFrom }) =>
        selectFrom('attempts').select('job_id').where('state', '=', 'running'),
      )
      .orderBy('id')
      .execute();
    return withParts(this.#db, rows);
  }

  async attached(): Promise<{ id: string; sessionId: string }[]> {
    const rows = await this.#db
      .selectFrom('jobs')
      .select(['id', 'session_id'])
      .where('attached', '=', 1)
      .where('session_id', 'is not', null)
      .where(
        'state',
        'in',
        jobStates.filter((state) => !isEnded(state)),
      )
      .execute();
    return rows.flatMap(({ id, session_id: sessionId }) => (sessionId === null ? [] : [{ id, sessionId }]));
  }

  async reserved(normalised: readonly string[], forJob: string): Promise<string[]> {
    const byKey = new Map(normalised.map((path) => [pathKey(path), path]));
    const found: string[] = [];
    for (const keys of chunks([...byKey.keys()])) {
      const rows = await this.#db
        .selectFrom('reservations')
        .select('path_key')
        .where('path_key', 'in', keys)
        .where('job_id', '!=', forJob)
        .execute();
      for (const { path_key } of rows) found.push(byKey.get(path_key) ?? '');
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.#db.destroy();
  }

  async #reserve(writing: Writing, jobId: string, reservation: JobWrite['reservation']): Promise<void> {
    await writing.deleteFrom('reservations').where('job_id', '=', jobId).execute();
    if (!reservation) return;
    const row = { path_key: pathKey(reservation.normalised), path: reservation.path, job_id: jobId };
    await writing.insertInto('reservations').values(row).execute();
  }

  /** WAL with NORMAL survives a killed process, FULL a power cut too. Cannot be changed within a transaction. */
  async #setSync(connection: Database, synced: boolean): Promise<void> {
    if (synced === this.#synced) return;
    await sql.raw(`pragma synchronous = ${synced ? 'full' : 'normal'}`).execute(connection);
    this.#synced = synced;
  }
}

/** The one counter behind all revisions: whoever commits has its number, so that no cursor skips a late one. */
async function nextRevision(writing: Writing): Promise<number> {
  await writing
    .updateTable('counters')
    .set(({ eb }) => ({ value: eb('value', '+', 1) }))
    .where('name', '=', 'revision')
    .execute();
  return readRevision(writing);
}

async function readRevision(db: Database | Writing): Promise<number> {
  const row = await db
    .selectFrom('counters')
    .select('value')
    .where('name', '=', 'revision')
    .executeTakeFirstOrThrow();
  return Number(row.value);
}

/** Jobs with their tasks and attempts, in the order given. */
async function withParts(db: Database | Writing, rows: readonly JobsTable[]): Promise<StoredJob[]> {
  const stored = new Map(
    rows.map((row) => [row.id, { job: toJobRecord(row), tasks: [], attempts: [] } as Parts]),
  );
  for (const ids of chunks([...stored.keys()])) {
    const tasks = db.selectFrom('tasks').selectAll().where('job_id', 'in', ids).orderBy('id');
    for (const row of await tasks.execute()) stored.get(row.job_id)?.tasks.push(toTaskRecord(row));
    const attempts = db.selectFrom('attempts').selectAll().where('job_id', 'in', ids).orderBy('fence');
    for (const row of await attempts.execute()) stored.get(row.job_id)?.attempts.push(toAttemptRecord(row));
  }
  return [...stored.values()];
}

type Parts = {
  -readonly [K in keyof StoredJob]: StoredJob[K] extends readonly (infer T)[] ? T[] : StoredJob[K];
};

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new DffmpegError('internal', 'A row that was read is not there.');
  return first;
}

async function deleteAttempt(writing: Writing, key: { taskId: string; fence: number }): Promise<void> {
  await writing
    .deleteFrom('attempts')
    .where('task_id', '=', key.taskId)
    .where('fence', '=', key.fence)
    .execute();
}

function countedAs(state: JobState): keyof Counts {
  switch (state) {
    case 'accepted':
    case 'probing':
    case 'planned':
    case 'waiting':
      return 'waiting';
    case 'running':
    case 'verifying':
    case 'committing':
      return 'running';
    case 'done':
    case 'failed':
    case 'cancelled':
      return state;
  }
}

function pathKey(normalised: string): string {
  return createHash('sha256').update(normalised).digest('hex');
}

function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += parametersAtOnce)
    parts.push(items.slice(start, start + parametersAtOnce));
  return parts;
}
