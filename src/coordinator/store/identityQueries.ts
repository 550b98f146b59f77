import { DffmpegError } from '../../protocol/errors.ts';
import { describeIssues } from '../../protocol/issues.ts';
import type { IdentityChange, ResealedKey } from '../accountStore.ts';
import { identityRecordSchema, type IdentityRecord } from './identityRecords.ts';
import type { Database, IdentitiesTable, Writing } from './schema.ts';

export async function identities(db: Database): Promise<IdentityRecord[]> {
  const rows = await db.selectFrom('identities').selectAll().orderBy('id').execute();
  return rows.map(toRecord);
}

export async function identity(db: Database, id: string): Promise<IdentityRecord | undefined> {
  const row = await db.selectFrom('identities').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRecord(row);
}

export async function addIdentity(writing: Writing, record: IdentityRecord): Promise<void> {
  // Asked first: a statement that fails takes the other writes of its transaction back, too.
  if (await identity(writing, record.id))
    throw new DffmpegError('conflict', `There is an identity ${record.id} already.`, {
      hint: 'Choose another name, or delete that one first.',
    });
  await writing
    .insertInto('identities')
    .values({
      id: record.id,
      name: record.name,
      role: record.role,
      ranges: JSON.stringify(record.ranges),
      sealed_key: record.sealedKey,
      disabled: Number(record.disabled),
      created_at: record.createdAt,
      last_seen_at: record.lastSeenAt ?? null,
    })
    .execute();
}

export async function changeIdentity(
  writing: Writing,
  id: string,
  { ranges, disabled, sealedKey }: IdentityChange,
): Promise<IdentityRecord | undefined> {
  const set = {
    ...(ranges && { ranges: JSON.stringify(ranges) }),
    ...(disabled !== undefined && { disabled: Number(disabled) }),
    ...(sealedKey !== undefined && { sealed_key: sealedKey }),
  };
  if (Object.keys(set).length > 0)
    await writing.updateTable('identities').set(set).where('id', '=', id).execute();
  return identity(writing, id);
}

export async function removeIdentity(writing: Writing, id: string): Promise<boolean> {
  const known = await identity(writing, id);
  await writing.deleteFrom('identities').where('id', '=', id).execute();
  return known !== undefined;
}

export async function sawIdentity(writing: Writing, id: string, at: number): Promise<void> {
  await writing.updateTable('identities').set({ last_seen_at: at }).where('id', '=', id).execute();
}

export async function resealIdentities(writing: Writing, keys: readonly ResealedKey[]): Promise<void> {
  const rows = await writing.selectFrom('identities').select(['id', 'sealed_key']).execute();
  const stored = new Map(rows.map(({ id, sealed_key }) => [id, sealed_key]));
  if (stored.size !== keys.length || keys.some(({ id, from }) => stored.get(id) !== from))
    throw new DffmpegError('conflict', 'The identities have changed meanwhile.', { hint: 'Try again.' });
  for (const { id, to } of keys)
    await writing.updateTable('identities').set({ sealed_key: to }).where('id', '=', id).execute();
}

function toRecord(row: IdentitiesTable): IdentityRecord {
  const read = identityRecordSchema.safeParse({
    id: row.id,
    name: row.name,
    role: row.role,
    ranges: JSON.parse(row.ranges) as unknown,
    sealedKey: row.sealed_key,
    disabled: Number(row.disabled) === 1,
    createdAt: Number(row.created_at),
    lastSeenAt: row.last_seen_at === null ? undefined : Number(row.last_seen_at),
  });
  if (read.success) return read.data;
  throw new DffmpegError(
    'store-unavailable',
    `The queue’s database has a broken identity ${row.id}: ${describeIssues(read.error)}.`,
    { hint: `Delete it and add it again: dffmpeg admin user delete ${row.id}` },
  );
}
