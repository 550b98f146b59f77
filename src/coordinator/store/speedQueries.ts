import type { LearntSpeed } from '../speeds.ts';
import type { Database, Writing } from './schema.ts';

export async function readSpeeds(db: Database): Promise<LearntSpeed[]> {
  const rows = await db.selectFrom('speeds').selectAll().execute();
  return rows.map(({ worker_id: workerId, work: key, attempts, log_mean: logMean }) => ({
    workerId,
    key,
    count: Number(attempts),
    logMean: Number(logMean),
  }));
}

export async function writeSpeeds(writing: Writing, speeds: readonly LearntSpeed[]): Promise<void> {
  for (const { workerId, key, count, logMean } of speeds) {
    // Deleted and inserted, since every database has its own words for "insert or update".
    await writing.deleteFrom('speeds').where('worker_id', '=', workerId).where('work', '=', key).execute();
    await writing
      .insertInto('speeds')
      .values({ worker_id: workerId, work: key, attempts: count, log_mean: logMean })
      .execute();
  }
}
