import type { MadeFile } from '../store.ts';
import type { MadeBy, MadePage } from '../watchStore.ts';
import { chunks } from './chunks.ts';
import { pathKey } from './reservations.ts';
import type { Database, Writing } from './schema.ts';

/** Of one that is recorded anew under its name, its content stays known. */
export async function recordMade(writing: Writing, jobId: string, made: readonly MadeFile[]): Promise<void> {
  if (made.length === 0) return;
  const keys = made.map(({ normalised }) => pathKey(normalised));
  const earlier = await writing
    .selectFrom('made_files')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('path_key', 'in', keys)
    .execute();
  const rows = made.map(({ normalised, bytes, content }, index) => {
    const path_key = keys[index] ?? pathKey(normalised);
    const same = earlier.find((row) => row.path_key === path_key && Number(row.bytes) === bytes);
    return { path_key, job_id: jobId, bytes: bytes ?? null, content: content ?? same?.content ?? null };
  });
  // A retry may have made it anew.
  await writing.deleteFrom('made_files').where('job_id', '=', jobId).where('path_key', 'in', keys).execute();
  await writing.insertInto('made_files').values(rows).execute();
}

export async function madeContents(db: Database, bytes: number): Promise<string[]> {
  const rows = await db
    .selectFrom('made_files')
    .select('content')
    .distinct()
    .where('bytes', '=', bytes)
    .where('content', 'is not', null)
    .execute();
  return rows.flatMap(({ content }) => content ?? []);
}

/** Those of these normalised paths that jobs have made, each with the sizes and the content that it had. */
export async function madeAmong(db: Database, normalised: readonly string[]): Promise<MadeBy[]> {
  const byKey = new Map(normalised.map((path) => [pathKey(path), path]));
  const found: MadeBy[] = [];
  for (const keys of chunks([...byKey.keys()])) {
    const rows = await db.selectFrom('made_files').selectAll().where('path_key', 'in', keys).execute();
    for (const { path_key, job_id, bytes, content } of rows)
      found.push({
        normalised: byKey.get(path_key) ?? '',
        jobId: job_id,
        ...(bytes === null ? {} : { bytes: Number(bytes) }),
        ...(content === null ? {} : { content }),
      });
  }
  return found;
}

/** See `WatchStore.forgetMade`. */
export async function forgetMade(
  writing: Writing,
  { before, limit, after }: MadePage,
): Promise<{ forgotten: number; next?: NonNullable<MadePage['after']> }> {
  if (await writing.selectFrom('watch_folders').select('id').limit(1).executeTakeFirst())
    return { forgotten: 0 };
  let query = writing
    .selectFrom('made_files')
    .select(['path_key', 'job_id'])
    .where('job_id', '<', before)
    .orderBy('path_key')
    .orderBy('job_id')
    .limit(limit);
  if (after) {
    const { pathKey: key, jobId } = after;
    query = query
      // Said by itself, so that the index is entered there.
      .where('path_key', '>=', key)
      .where((where) => where.or([where('path_key', '>', key), where('job_id', '>', jobId)]));
  }
  const rows = await query.execute();
  const kept = new Set<string>();
  for (const ids of chunks([...new Set(rows.map((row) => row.job_id))]))
    for (const { id } of await writing.selectFrom('jobs').select('id').where('id', 'in', ids).execute())
      kept.add(id);
  const gone = rows.filter((row) => !kept.has(row.job_id));
  for (const { path_key: key, job_id: jobId } of gone)
    await writing.deleteFrom('made_files').where('path_key', '=', key).where('job_id', '=', jobId).execute();
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { forgotten: gone.length, ...(last && { next: { pathKey: last.path_key, jobId: last.job_id } }) };
}
