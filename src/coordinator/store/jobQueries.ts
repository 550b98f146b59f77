import type { ExpressionBuilder } from 'kysely';
import * as z from 'zod';
import { isEnded, jobStates, type JobState } from '../../protocol/jobState.ts';
import type { Counts } from '../../protocol/model.ts';
import type { HooksPage, JobPage, StoredChanges } from '../store.ts';
import { countsName, forgottenCounter, queuePausedCounter, revisionCounter } from './counters.ts';
import type { AttemptRecord, JobRecord, StoredJob, TaskRecord } from './records.ts';
import { toAttemptRecord, toJobRecord, toTaskRecord } from './rows.ts';
import type { Database, JobsTable, Schema, Writing } from './schema.ts';
import { rowsAmong } from './statements.ts';

type Reading = Database | Writing;

const removedIdsSchema = z.array(z.string());

export async function jobWithSubmission(db: Reading, submissionId: string): Promise<StoredJob | undefined> {
  const rows = await db.selectFrom('jobs').selectAll().where('submission_id', '=', submissionId).execute();
  return (await withParts(db, rows))[0];
}

export async function idsWithPrefix(db: Reading, prefix: string, limit: number): Promise<string[]> {
  const rows = await db
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

export async function jobs(
  db: Reading,
  { states, limit, after, oldestFirst = false }: JobPage,
): Promise<{ jobs: StoredJob[]; next?: string }> {
  if (states?.length === 0) return { jobs: [] };
  const order = oldestFirst ? 'asc' : 'desc';
  let query = db
    .selectFrom('jobs')
    .selectAll()
    .orderBy('id', order)
    .limit(limit + 1);
  if (after !== undefined) query = query.where('id', oldestFirst ? '>' : '<', after);
  if (states) {
    // State by state, since an index gives the order within one: no database sorts a long history for a page of it.
    const [first, ...others] = states.map((state) => {
      let ids = db
        .selectFrom('jobs')
        .select('id')
        .where('state', '=', state)
        .orderBy('id', order)
        .limit(limit + 1);
      if (after !== undefined) ids = ids.where('id', oldestFirst ? '>' : '<', after);
      return db.selectFrom(ids.as('page')).select('page.id');
    });
    if (first)
      query = query.where(
        'id',
        'in',
        others.reduce((all, ids) => all.unionAll(ids), first),
      );
  }
  const rows = await query.execute();
  const page = await withParts(db, rows.slice(0, limit));
  const last = page.at(-1);
  return rows.length > limit && last ? { jobs: page, next: last.job.id } : { jobs: page };
}

export async function changesSince(db: Reading, cursor: number, limit: number): Promise<StoredChanges> {
  // Read first: whatever changes between the two reads has a higher revision and comes the next time.
  const newest = await revision(db);
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    .where('revision', '>', cursor)
    .where('revision', '<=', newest)
    .orderBy('revision')
    .limit(limit + 1)
    .execute();
  const more = rows.length > limit;
  const changed = await withParts(db, rows.slice(0, limit));
  const until = more ? Number(rows[limit - 1]?.revision ?? cursor) : newest;
  const removed = await removedBetween(db, cursor, until);
  return { jobs: changed, removed, more, cursor: until, gap: cursor < (await counter(db, forgottenCounter)) };
}

async function removedBetween(db: Reading, cursor: number, until: number): Promise<string[]> {
  const rows = await db
    .selectFrom('removals')
    .select('ids')
    .where('revision', '>', cursor)
    .where('revision', '<=', until)
    .orderBy('revision')
    .execute();
  return rows.flatMap(({ ids }) => removedIdsSchema.parse(JSON.parse(ids)));
}

export function revision(db: Reading): Promise<number> {
  return counter(db, revisionCounter);
}

export async function counts(db: Reading): Promise<Counts> {
  const rows = await db.selectFrom('counters').selectAll().execute();
  const values = new Map(rows.map(({ name, value }) => [name, Number(value)]));
  const sums = { waiting: 0, paused: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
  for (const state of jobStates) sums[countedAs[state]] += values.get(countsName(state)) ?? 0;
  return { ...sums, queuePaused: values.get(queuePausedCounter) === 1 };
}

export async function queuePaused(db: Reading): Promise<boolean> {
  return (await counter(db, queuePausedCounter)) === 1;
}

async function counter(db: Reading, name: string): Promise<number> {
  const row = await db.selectFrom('counters').select('value').where('name', '=', name).executeTakeFirst();
  return Number(row?.value ?? 0);
}

/** What a status bar calls each state: a job that is probed does not encode yet. */
const countedAs: Readonly<Record<JobState, Exclude<keyof Counts, 'queuePaused'>>> = {
  accepted: 'waiting',
  probing: 'waiting',
  planned: 'waiting',
  waiting: 'waiting',
  paused: 'paused',
  running: 'running',
  verifying: 'running',
  committing: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

export async function underWay(db: Reading): Promise<StoredJob[]> {
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    .where('id', 'in', (builder) =>
      builder.selectFrom('attempts').select('job_id').where('state', '=', 'running'),
    )
    .orderBy('id')
    .execute();
  return withParts(db, rows);
}

export async function owedTo(db: Reading, client: string): Promise<StoredJob[]> {
  const rows = await db.selectFrom('jobs').selectAll().where('owed_to', '=', client).orderBy('id').execute();
  return withParts(db, rows);
}

export async function attached(db: Reading): Promise<{ id: string; sessionId: string }[]> {
  const unfinished = jobStates.filter((state) => !isEnded(state));
  const rows = await db
    .selectFrom('jobs')
    .select(['id', 'session_id'])
    .where('session_id', 'is not', null)
    .where('state', 'in', unfinished)
    .execute();
  return rows.flatMap(({ id, session_id: sessionId }) => (sessionId === null ? [] : [{ id, sessionId }]));
}

export async function hooksDue(db: Reading, { now, latest, limit }: HooksPage): Promise<StoredJob[]> {
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    // Said by itself, so that the index is entered there.
    .where('hooks_due', 'is not', null)
    .where((where) => where.or([where('hooks_due', '<=', now), where('hooks_due', '>', latest)]))
    .where(isNamed)
    .orderBy('hooks_due')
    .limit(limit)
    .execute();
  return withParts(db, rows);
}

export async function nextHook(db: Reading): Promise<number | undefined> {
  const row = await db
    .selectFrom('jobs')
    .select('hooks_due')
    .where('hooks_due', 'is not', null)
    .where(isNamed)
    .orderBy('hooks_due')
    .limit(1)
    .executeTakeFirst();
  return row?.hooks_due === null || row === undefined ? undefined : Number(row.hooks_due);
}

/** Not before a result has its last name: a replacement that is under way changes that. */
function isNamed(where: ExpressionBuilder<Schema, 'jobs'>) {
  return where.or([where('replacement_due', 'is', null), where('replacement_due', '>', 0)]);
}

interface Parts {
  job: JobRecord;
  tasks: TaskRecord[];
  attempts: AttemptRecord[];
}

/** Jobs with their tasks and attempts, in the order given. */
export async function withParts(db: Reading, rows: readonly JobsTable[]): Promise<StoredJob[]> {
  const stored = new Map<string, Parts>(
    rows.map((row) => [row.id, { job: toJobRecord(row), tasks: [], attempts: [] }]),
  );
  const ids = [...stored.keys()];
  const tasks = await rowsAmong(db, 'tasks of jobs', ids, (each, some) =>
    each.selectFrom('tasks').selectAll().where('job_id', 'in', some).orderBy('id'),
  );
  for (const row of tasks) stored.get(row.job_id)?.tasks.push(toTaskRecord(row));
  const attempts = await rowsAmong(db, 'attempts of jobs', ids, (each, some) =>
    each.selectFrom('attempts').selectAll().where('job_id', 'in', some).orderBy('fence'),
  );
  for (const row of attempts) stored.get(row.job_id)?.attempts.push(toAttemptRecord(row));
  return [...stored.values()];
}
