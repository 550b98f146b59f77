import type { Kysely } from 'kysely';

/** Jobs of other daemons, whose files lie there. */
export async function jobsOfClients({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('jobs').addColumn('client', 'varchar(64)').execute();
  await schema.alterTable('jobs').addColumn('client_order', 'text').execute();
  await schema.alterTable('jobs').addColumn('owed_to', 'varchar(64)').execute();
  await schema.createIndex('jobs_by_owed').on('jobs').columns(['owed_to', 'id']).execute();
}
