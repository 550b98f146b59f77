import type { Kysely } from 'kysely';
import { isEnded, type JobState } from '../../protocol/jobState.ts';
import { sourceKey } from './sourceRows.ts';

/** Which jobs still read a file, or have put their result in its place. */
export async function sourcesOfJobs(database: Kysely<never>): Promise<void> {
  const key = 'varchar(64)';
  await database.schema
    .createTable('job_sources')
    .addColumn('path_key', key, (column) => column.notNull())
    .addColumn('job_id', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('job_sources_key', ['path_key', 'job_id'])
    .execute();
  const db = database as unknown as Kysely<JobsSchema>;
  for (const { id, state, sources, replacement } of await db
    .selectFrom('jobs')
    .select(['id', 'state', 'sources', 'replacement'])
    .execute()) {
    const { state: replaced = '' } = (JSON.parse(replacement ?? '{}') as { state?: string }) ?? {};
    if (isEnded(state as JobState) && !['replacing', 'undoing', 'replaced'].includes(replaced)) continue;
    const keys = new Set((JSON.parse(sources) as { path: string }[]).map(({ path }) => sourceKey(path)));
    for (const path_key of keys)
      await db.insertInto('job_sources').values({ path_key, job_id: id }).execute();
  }
}

interface JobsSchema {
  jobs: { id: string; state: string; sources: string; replacement: string | null };
  job_sources: { path_key: string; job_id: string };
}
