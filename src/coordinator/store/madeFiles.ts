import type { MadeFile } from '../store.ts';
import type { MadeBy } from '../watchStore.ts';
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
