import type { JobState } from '../../protocol/jobState.ts';
import type { EndedJob, EndedPage } from '../store.ts';
import { chunks } from './chunks.ts';
import { forgottenCounter } from './counters.ts';
import type { JobRecord } from './records.ts';
import { toJobRecord } from './rows.ts';
import type { Database } from './schema.ts';
import type { WriteSession } from './writeSession.ts';

/** Removals that are remembered for followers that were away: each of many jobs. */
const remembered = 400;

/** Finished jobs, the longest ended first. */
export async function endedJobs(db: Database, { before, limit, after }: EndedPage): Promise<JobRecord[]> {
  let query = db
    .selectFrom('jobs')
    .selectAll()
    .where('ended_at', 'is not', null)
    .orderBy('ended_at')
    .orderBy('id')
    .limit(limit);
  if (before !== undefined) query = query.where('ended_at', '<', before);
  if (after) {
    const { endedAt, id } = after;
    query = query
      // Said by itself, so that the index is entered there.
      .where('ended_at', '>=', endedAt)
      .where((where) => where.or([where('ended_at', '>', endedAt), where('id', '>', id)]));
  }
  return (await query.execute()).map(toJobRecord);
}

/** Returns those that are gone now; one that changed meanwhile stays. */
export async function removeJobs(session: WriteSession, jobs: readonly EndedJob[]): Promise<string[]> {
  const { db } = session;
  const wanted = new Map(jobs.map(({ id, revision }) => [id, revision]));
  const removed: string[] = [];
  // Before anything is read: nobody else changes a job from here on.
  const revision = await session.nextRevision();
  for (const ids of chunks([...wanted.keys()])) {
    const found = await db
      .selectFrom('jobs')
      .select(['id', 'revision', 'state'])
      .where('id', 'in', ids)
      .execute();
    const unchanged = found.filter((row) => wanted.get(row.id) === Number(row.revision));
    if (unchanged.length === 0) continue;
    const gone = unchanged.map(({ id }) => id);
    for (const table of ['attempts', 'tasks', 'reservations'] as const)
      await db.deleteFrom(table).where('job_id', 'in', gone).execute();
    await db.deleteFrom('jobs').where('id', 'in', gone).execute();
    for (const { state } of unchanged) session.count(state as JobState, undefined);
    removed.push(...gone);
  }
  if (removed.length > 0) await remember(session, revision, removed);
  return removed;
}

async function remember(session: WriteSession, revision: number, ids: readonly string[]): Promise<void> {
  const { db } = session;
  await db
    .insertInto('removals')
    .values({ revision, ids: JSON.stringify(ids) })
    .execute();
  const oldest = await db
    .selectFrom('removals')
    .select('revision')
    .orderBy('revision', 'desc')
    .offset(remembered)
    .limit(1)
    .executeTakeFirst();
  if (!oldest) return;
  await db.deleteFrom('removals').where('revision', '<=', oldest.revision).execute();
  await db
    .updateTable('counters')
    .set({ value: oldest.revision })
    .where('name', '=', forgottenCounter)
    .execute();
}
