import type { Kysely } from 'kysely';

/** Who may connect besides the person at this machine. */
export async function identities({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('identities')
    .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'varchar(16)', (column) => column.notNull())
    .addColumn('ranges', 'text', (column) => column.notNull())
    .addColumn('sealed_key', 'text', (column) => column.notNull())
    .addColumn('disabled', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint')
    .execute();
}
