import type { ClockSeen } from '../clockJump.ts';
import { clockDoubtedCounter, clockSeenCounter } from './counters.ts';
import type { Database, Writing } from './schema.ts';

const names = [clockSeenCounter, clockDoubtedCounter];

export async function readClockSeen(db: Database): Promise<ClockSeen | undefined> {
  const rows = await db.selectFrom('counters').selectAll().where('name', 'in', names).execute();
  const valueOf = (wanted: string) => rows.find(({ name }) => name === wanted)?.value;
  const at = valueOf(clockSeenCounter);
  return at === undefined
    ? undefined
    : { at: Number(at), doubtedUntil: Number(valueOf(clockDoubtedCounter) ?? 0) };
}

export async function writeClockSeen(writing: Writing, { at, doubtedUntil }: ClockSeen): Promise<void> {
  // Deleted and inserted, since every database has its own words for "insert or update".
  await writing.deleteFrom('counters').where('name', 'in', names).execute();
  await writing
    .insertInto('counters')
    .values([
      { name: clockSeenCounter, value: Math.round(at) },
      { name: clockDoubtedCounter, value: Math.round(doubtedUntil) },
    ])
    .execute();
}
