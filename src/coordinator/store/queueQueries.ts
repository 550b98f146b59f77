import type { QueuedJob, QueuePage } from '../store.ts';
import { chunks } from './chunks.ts';
import { withParts } from './jobQueries.ts';
import type { StoredJob, TaskRecord } from './records.ts';
import { toTaskRecord } from './rows.ts';
import type { Database, JobsTable } from './schema.ts';
import type { WriteSession } from './writeSession.ts';

export async function waitingTasks(
  db: Database,
  { now, latest = Number.MAX_SAFE_INTEGER, kinds, limit, after }: QueuePage,
): Promise<QueuedJob[]> {
  let query = db
    .selectFrom('tasks')
    .selectAll()
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
  const tasks = (await query.execute()).map(toTaskRecord);
  const rows: JobsTable[] = [];
  for (const ids of chunks(tasks.map(({ jobId }) => jobId)))
    rows.push(...(await db.selectFrom('jobs').selectAll().where('id', 'in', ids).execute()));
  const jobs = new Map<string, StoredJob>(
    (await withParts(db, rows)).map((stored) => [stored.job.id, stored]),
  );
  return tasks.flatMap((task) => {
    const stored = jobs.get(task.jobId);
    return stored ? [{ ...stored, task }] : [];
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
