import type { MadeFile } from '../store.ts';
import { chunks } from './chunks.ts';
import { pathKey } from './reservations.ts';
import type { Database, Writing } from './schema.ts';

export async function recordMade(writing: Writing, jobId: string, made: readonly MadeFile[]): Promise<void> {
  if (made.length === 0) return;
  const rows = made.map(({ normalised, bytes }) => ({
    path_key: pathKey(normalised),
    job_id: jobId,
    bytes: bytes ?? null,
  }));
  // A retry may have made it anew.
  await writing
    .deleteFrom('made_files')
    .where('job_id', '=', jobId)
    .where(
      'path_key',
      'in',
      rows.map(({ path_key }) => path_key),
    ) // prettier-ignore
    .execute();
  await writing.insertInto('made_files').values(rows).execute();
}

/** Those of these normalised paths that jobs have made, each with the sizes that it had. */
export async function madeAmong(
  db: Database,
  normalised: readonly string[],
): Promise<{ normalised: string; jobId: string; bytes?: number }[]> {
  const byKey = new Map(normalised.map((path) => [pathKey(path), path]));
  const found: { normalised: string; jobId: string; bytes?: number }[] = [];
  for (const keys of chunks([...byKey.keys()])) {
    const rows = await db.selectFrom('made_files').selectAll().where('path_key', 'in', keys).execute();
    for (const { path_key, job_id, bytes } of rows)
      found.push({
        normalised: byKey.get(path_key) ?? '',
        jobId: job_id,
        ...(bytes === null ? {} : { bytes: Number(bytes) }),
      });
  }
  return found;
}
