import type { QueuedJob, QueuePage } from '../store.ts';
import { withParts } from './jobQueries.ts';
import type { TaskRecord } from './records.ts';
import type { Database } from './schema.ts';
import { rowsAmong } from './statements.ts';
import type { WriteSession } from './writeSession.ts';

export async function waitingTasks(
  db: Database,
  { now, latest = Number.MAX_SAFE_INTEGER, kinds, limit, after }: QueuePage,
): Promise<QueuedJob[]> {
  let query = db
    .selectFrom('tasks')
    .select(['id', 'job_id'])
    .where('state', '=', 'waiting')
    .where((where) => where.or([where('not_before', '<=', now), where('not_before', '>', latest)]))
    .where('kind', 'in', kinds)
    .orderBy('rank')
    .orderBy('id')
    .limit(limit);
  if (after) {
    const { rank, id } = after.task;
    query = query
      // Said by itself, so that the index is entered there.
      .where('rank', '>=', rank)
      .where((where) => where.or([where('rank', '>', rank), where('id', '>', id)]));
  }
  const found = await query.execute();
  const ids = [...new Set(found.map(({ job_id: jobId }) => jobId))];
  const rows = await rowsAmong(db, 'jobs', ids, (each, some) =>
    each.selectFrom('jobs').selectAll().where('id', 'in', some),
  );
  const jobs = new Map((await withParts(db, rows)).map((stored) => [stored.job.id, stored]));
  return found.flatMap(({ id, job_id: jobId }) => {
    const stored = jobs.get(jobId);
    // Among the tasks of the job, so that it is one object with the one there.
    const task = stored?.tasks.find((each) => each.id === id);
    return stored && task ? [{ ...stored, task }] : [];
  });
}

export async function countAhead(db: Database, { rank, id, kind }: TaskRecord): Promise<number> {
  const row = await db
    .selectFrom('tasks')
    .select((builder) => builder.fn.countAll<number>().as('tasks'))
    .where('state', '=', 'waiting')
    .where('kind', '=', kind)
    .where((where) =>
      where.or([where('rank', '<', rank), where.and([where('rank', '=', rank), where('id', '<', id)])]),
    )
    .executeTakeFirstOrThrow();
  return Number(row.tasks);
}

/** How priority was weighed against age when the tasks were ranked, milliseconds. */
const ageingCounter = 'ageing-ms';

export async function rankTasks({ db: writing }: WriteSession, ageingMs: number): Promise<void> {
  const row = await writing
    .selectFrom('counters')
    .select('value')
    .where('name', '=', ageingCounter)
    .executeTakeFirstOrThrow();
  if (Number(row.value) === ageingMs) return;
  await writing
    .updateTable('tasks')
    .set((builder) => ({
      rank: builder('queued_at', '-', builder('priority', '*', builder.val(ageingMs))),
    }))
    .where('state', '!=', 'ended')
    .execute();
  await writing.updateTable('counters').set({ value: ageingMs }).where('name', '=', ageingCounter).execute();
}

export async function nextDue(
  db: Database,
  now: number,
  latest = Number.MAX_SAFE_INTEGER,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('tasks')
    .select((builder) => builder.fn.min('not_before').as('due'))
    .where('state', '=', 'waiting')
    .where('not_before', '>', now)
    .where('not_before', '<=', latest)
    .executeTakeFirst();
  // An aggregate over no rows is null, whatever its type says.
  const due = row?.due as number | null | undefined;
  return due === null || due === undefined ? undefined : Number(due);
}
