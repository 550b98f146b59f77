import type { QueueEntry, QueuePage } from '../store.ts';
import { chunks } from './chunks.ts';
import type { JobRecord, TaskKind } from './records.ts';
import { toJobRecord, toTaskRecord } from './rows.ts';
import type { Database } from './schema.ts';

export async function waitingTasks(
  db: Database,
  { now, kinds, limit, after }: QueuePage,
): Promise<QueueEntry[]> {
  let query = db
    .selectFrom('tasks')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('not_before', '<=', now)
    .where('kind', 'in', kinds)
    .orderBy('priority', 'desc')
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit);
  if (after) {
    const { job, task } = after;
    query = query.where((where) =>
      where.or([
        where('priority', '<', job.priority),
        where.and([where('priority', '=', job.priority), where('created_at', '>', job.createdAt)]),
        where.and([
          where('priority', '=', job.priority),
          where('created_at', '=', job.createdAt),
          where('id', '>', task.id),
        ]),
      ]),
    );
  }
  const tasks = (await query.execute()).map(toTaskRecord);
  const jobs = new Map<string, JobRecord>();
  for (const ids of chunks(tasks.map(({ jobId }) => jobId)))
    for (const row of await db.selectFrom('jobs').selectAll().where('id', 'in', ids).execute())
      jobs.set(row.id, toJobRecord(row));
  return tasks.flatMap((task) => {
    const job = jobs.get(task.jobId);
    return job ? [{ job, task }] : [];
  });
}

export async function countAhead(db: Database, job: JobRecord, kind: TaskKind): Promise<number> {
  const row = await db
    .selectFrom('tasks')
    .select((builder) => builder.fn.countAll<number>().as('tasks'))
    .where('state', '=', 'waiting')
    .where('kind', '=', kind)
    .where((where) =>
      where.or([
        where('priority', '>', job.priority),
        where.and([where('priority', '=', job.priority), where('created_at', '<', job.createdAt)]),
        where.and([
          where('priority', '=', job.priority),
          where('created_at', '=', job.createdAt),
          where('job_id', '<', job.id),
        ]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(row.tasks);
}

export async function nextDue(db: Database, now: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('tasks')
    .select((builder) => builder.fn.min('not_before').as('due'))
    .where('state', '=', 'waiting')
    .where('not_before', '>', now)
    .executeTakeFirst();
  // An aggregate over no rows is null, whatever its type says.
  const due = row?.due as number | null | undefined;
  return due === null || due === undefined ? undefined : Number(due);
}
