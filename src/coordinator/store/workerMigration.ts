import type { Kysely } from 'kysely';

/** Workers that were there once: what people said of them, and what they last said of themselves. */
export async function knownWorkers({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('workers')
    .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('drained', 'integer', (column) => column.notNull())
    .addColumn('labels', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('last_seen_at', 'bigint')
    .execute();
}

/** Where workers are dialled that listen. */
export async function dialledWorkers({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('workers').addColumn('dial', 'text').execute();
}

/** What people call them. */
export async function namedWorkers({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('workers').addColumn('name', 'text').execute();
}

/** What a job wants of the worker that it goes to. */
export async function labelsOfJobs({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('jobs').addColumn('required_labels', 'text').execute();
  await schema.alterTable('jobs').addColumn('preferred_labels', 'text').execute();
}
