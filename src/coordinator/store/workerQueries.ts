import { DffmpegError } from '../../protocol/errors.ts';
import { describeIssues } from '../../protocol/issues.ts';
import { workerRecordSchema, type WorkerRecord } from './workerRecords.ts';
import type { Database, WorkersTable, Writing } from './schema.ts';

export async function knownWorkers(db: Database): Promise<WorkerRecord[]> {
  return (await db.selectFrom('workers').selectAll().orderBy('id').execute()).map(toRecord);
}

export async function keepWorker(writing: Writing, record: WorkerRecord): Promise<void> {
  // Deleted and inserted, since every database has its own words for "insert or update".
  await writing.deleteFrom('workers').where('id', '=', record.id).execute();
  await writing
    .insertInto('workers')
    .values({
      id: record.id,
      drained: Number(record.drained),
      name: record.name ?? null,
      labels: JSON.stringify(record.labels),
      description: record.description === undefined ? null : JSON.stringify(record.description),
      dial: record.dial === undefined ? null : JSON.stringify(record.dial),
      last_seen_at: record.lastSeenAt ?? null,
    })
    .execute();
}

export async function forgetWorker(writing: Writing, id: string): Promise<void> {
  await writing.deleteFrom('workers').where('id', '=', id).execute();
}

function toRecord(row: WorkersTable): WorkerRecord {
  const read = workerRecordSchema.safeParse({
    id: row.id,
    drained: Number(row.drained) === 1,
    name: row.name ?? undefined,
    labels: JSON.parse(row.labels) as unknown,
    description: row.description === null ? undefined : (JSON.parse(row.description) as unknown),
    dial: row.dial === null ? undefined : (JSON.parse(row.dial) as unknown),
    lastSeenAt: row.last_seen_at === null ? undefined : Number(row.last_seen_at),
  });
  if (read.success) return read.data;
  throw new DffmpegError(
    'store-unavailable',
    `The queue’s database has a broken worker ${row.id}: ${describeIssues(read.error)}.`,
    { hint: 'Restore store.sqlite from a backup, or move it out of the state folder to begin a new queue.' },
  );
}
