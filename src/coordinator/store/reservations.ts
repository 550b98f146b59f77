import { createHash } from 'node:crypto';
import type { Reservation } from '../store.ts';
import { chunks } from './chunks.ts';
import type { Database, Writing } from './schema.ts';

/** A job has one reserved name at most. Throws `conflict` when another job has it. */
export async function reserve(
  writing: Writing,
  jobId: string,
  reservation: Reservation | null,
): Promise<void> {
  await writing.deleteFrom('reservations').where('job_id', '=', jobId).execute();
  if (!reservation) return;
  const row = { path_key: pathKey(reservation.normalised), path: reservation.path, job_id: jobId };
  await writing.insertInto('reservations').values(row).execute();
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

function pathKey(normalised: string): string {
  return createHash('sha256').update(normalised).digest('hex');
}
