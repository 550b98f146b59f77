import { createHash } from 'node:crypto';
import type { Reservation } from '../store.ts';
import { chunks } from './chunks.ts';
import type { Database, Writing } from './schema.ts';

/** These names and no others are the job's from now on. Throws `conflict` when another job has one of them. */
export async function reserve(
  writing: Writing,
  jobId: string,
  reservations: readonly Reservation[],
): Promise<void> {
  await writing.deleteFrom('reservations').where('job_id', '=', jobId).execute();
  if (reservations.length === 0) return;
  const rows = reservations.map(({ path, normalised }) => ({
    path_key: pathKey(normalised),
    path,
    job_id: jobId,
  }));
  await writing.insertInto('reservations').values(rows).execute();
}

export async function reservedAmong(
  db: Database,
  normalised: readonly string[],
  forJob: string,
): Promise<string[]> {
  const byKey = new Map(normalised.map((path) => [pathKey(path), path]));
  const found: string[] = [];
  for (const keys of chunks([...byKey.keys()])) {
    const rows = await db
      .selectFrom('reservations')
      .select('path_key')
      .where('path_key', 'in', keys)
      .where('job_id', '!=', forJob)
      .execute();
    for (const { path_key } of rows) found.push(byKey.get(path_key) ?? '');
  }
  return found;
}

/** Databases limit the length of a key: a normalised path as one. */
export function pathKey(normalised: string): string {
  return createHash('sha256').update(normalised).digest('hex');
}
