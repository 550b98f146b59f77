import { isEnded } from '../../protocol/jobState.ts';
import { namesOf } from '../sourceNames.ts';
import type { JobWrite } from '../store.ts';
import { withParts } from './jobQueries.ts';
import type { JobRecord, StoredJob } from './records.ts';
import { pathKey } from './reservations.ts';
import { toSourceUse } from './rows.ts';
import type { Database } from './schema.ts';
import type { WriteSession } from './writeSession.ts';

type Uses = Pick<JobRecord, 'id' | 'client' | 'sources' | 'state' | 'replacement'>;

/** Equal for all spellings of one file on any system; of two files on some: who asks compares the paths. */
export function sourceKey(path: string): string {
  return pathKey(path.normalize('NFC').toLowerCase());
}

/** It is still to be read, or its place is being taken or was: until the job has ended, or while that can be undone. */
export function usesSource({ state, replacement }: Pick<Uses, 'state' | 'replacement'>): boolean {
  const { state: replaced } = replacement ?? {};
  return !isEnded(state) || replaced === 'replacing' || replaced === 'undoing' || replaced === 'replaced';
}

export async function insertSources(session: WriteSession, { id, client, sources }: Uses): Promise<void> {
  // On another machine its path is another file.
  if (client !== undefined) return;
  for (const key of keysOf(sources))
    await session.run(
      'insert source',
      (db) => db.insertInto('job_sources').values({ path_key: '', job_id: '' }),
      [key, id],
    );
}

/** After the change itself. Most change nothing here: what runs goes on to read its source. */
export async function updateSources(session: WriteSession, { id, from, job }: JobWrite): Promise<void> {
  const { state = from } = job;
  const isNamed = job.sources?.some(({ realPath, file }) => (realPath ?? file) !== undefined) ?? false;
  if (isEnded(state) === isEnded(from) && !('replacement' in job) && !isNamed) return;
  const row = await session.db
    .selectFrom('jobs')
    .select(['id', 'client', 'state', 'sources', 'replacement'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const stored = toSourceUse(row);
  for (const key of keysOf(stored.sources))
    await session.run(
      'delete source',
      (db) => db.deleteFrom('job_sources').where('path_key', '=', '').where('job_id', '=', ''),
      [key, id],
    );
  if (usesSource(stored)) await insertSources(session, stored);
}

/** Oldest first. */
export async function jobsOfSource(db: Database, names: readonly string[]): Promise<StoredJob[]> {
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    .where('id', 'in', (builder) =>
      builder.selectFrom('job_sources').select('job_id').where('path_key', 'in', names.map(sourceKey)),
    )
    .orderBy('id')
    .execute();
  return withParts(db, rows);
}

/** What is joined may be named twice. */
function keysOf(sources: Uses['sources']): Set<string> {
  return new Set(sources.flatMap(namesOf).map(sourceKey));
}
