import type { Kysely } from 'kysely';

/** What results contain, so that they are known under any name; of those that are there it is not known. */
export async function contentOfResults({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('made_files').addColumn('content', 'varchar(128)').execute();
  await schema.createIndex('made_files_by_content').on('made_files').columns(['bytes', 'content']).execute();
}
