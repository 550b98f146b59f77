import type { Kysely } from 'kysely';
import { normalisePath } from '../outputNames.ts';
import { pathKey } from './reservations.ts';

/** Watched folders, the files that became jobs, and which files are results. */
export async function watchFolders(database: Kysely<never>): Promise<void> {
  const { schema } = database;
  const key = 'varchar(64)';
  await schema
    .createTable('made_files')
    .addColumn('path_key', key, (column) => column.notNull())
    .addColumn('job_id', key, (column) => column.notNull())
    .addColumn('bytes', 'bigint')
    .addPrimaryKeyConstraint('made_files_key', ['path_key', 'job_id'])
    .execute();
  await schema
    .createTable('watch_folders')
    .addColumn('id', key, (column) => column.primaryKey())
    .addColumn('origin', 'varchar(16)', (column) => column.notNull())
    .addColumn('spec', 'text', (column) => column.notNull())
    .addColumn('preset_data', 'text')
    .addColumn('paused', 'integer', (column) => column.notNull())
    .addColumn('activated_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('watched_files')
    .addColumn('folder_id', key, (column) => column.notNull())
    .addColumn('file_key', 'varchar(128)', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('inode_key', key, (column) => column.notNull())
    .addColumn('path_key', key, (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('state', 'varchar(16)', (column) => column.notNull())
    .addColumn('job_id', key)
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('watched_files_key', ['folder_id', 'file_key'])
    .execute();
  for (const column of ['inode_key', 'path_key', 'at'] as const)
    await schema
      .createIndex(`watched_files_by_${column}`)
      .on('watched_files')
      .columns(['folder_id', column])
      .execute();
  await recordEarlierResults(database as unknown as Kysely<JobsSchema>);
}

interface JobsSchema {
  jobs: { id: string; outputs: string };
  made_files: { path_key: string; job_id: string; bytes: number | null };
}

async function recordEarlierResults(db: Kysely<JobsSchema>): Promise<void> {
  for (const { id, outputs } of await db.selectFrom('jobs').select(['id', 'outputs']).execute())
    for (const { path, state, bytes } of JSON.parse(outputs) as EarlierOutput[])
      if (state === 'placed' && path !== undefined)
        await db
          .insertInto('made_files')
          .values({
            path_key: pathKey(normalisePath(path, process.platform)),
            job_id: id,
            bytes: bytes ?? null,
          })
          .execute();
}

interface EarlierOutput {
  path?: string;
  state?: string;
  bytes?: number;
}
