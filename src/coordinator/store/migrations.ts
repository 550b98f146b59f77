import { sql, type Kysely } from 'kysely';
import { DffmpegError } from '../../protocol/errors.ts';
import { jobsOfClients } from './clientMigration.ts';
import { identities } from './identityMigration.ts';
import { contentOfResults } from './madeMigration.ts';
import { sourcesOfJobs } from './sourceMigration.ts';
import { watchFolders } from './watchMigration.ts';
import { dialledWorkers, knownWorkers, labelsOfJobs, namedWorkers } from './workerMigration.ts';

/** One step of the schema. Never changed once released: the next change is the next number. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  up(db: Kysely<never>): Promise<void>;
}

export const migrations: readonly Migration[] = [
  { number: 1, name: '0001-queue', up: createQueue },
  { number: 2, name: '0002-outputs', up: severalOutputs },
  { number: 3, name: '0003-pause', up: pausedJobs },
  { number: 4, name: '0004-rank', up: rankedTasks },
  { number: 5, name: '0005-replace', up: replacedSources },
  { number: 6, name: '0006-watch', up: watchFolders },
  { number: 7, name: '0007-hooks', up: hooksOfJobs },
  { number: 8, name: '0008-speeds', up: learntSpeeds },
  { number: 9, name: '0009-retention', up: removedJobs },
  { number: 10, name: '0010-sources', up: sourcesOfJobs },
  { number: 11, name: '0011-hooks-due', up: hooksOfReplacements },
  { number: 12, name: '0012-folder', up: chosenFolder },
  { number: 13, name: '0013-made-content', up: contentOfResults },
  { number: 14, name: '0014-identities', up: identities },
  { number: 15, name: '0015-workers', up: knownWorkers },
  { number: 16, name: '0016-labels', up: labelsOfJobs },
  { number: 17, name: '0017-preempted', up: preemptedJobs },
  { number: 18, name: '0018-dialled-workers', up: dialledWorkers },
  { number: 19, name: '0019-worker-names', up: namedWorkers },
  { number: 20, name: '0020-clients', up: jobsOfClients },
  { number: 21, name: '0021-destinations', up: markedDestinations },
];

interface MetaSchema {
  meta: { name: string; value: string };
}

/**
 * Brings the database to the newest schema, each step in a transaction of its own. Refuses one that a newer
 * DFFmpeg has written (`version-mismatch`): it would lose what it does not know.
 */
export async function migrate(
  database: Kysely<never>,
  programVersion: string,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  const db = database as unknown as Kysely<MetaSchema>;
  await db.schema
    .createTable('meta')
    .ifNotExists()
    .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  const meta = new Map(
    (await db.selectFrom('meta').selectAll().execute()).map(({ name, value }) => [name, value]),
  );
  const current = Number(meta.get('schema') ?? 0);
  const newest = steps.at(-1)?.number ?? 0;
  if (current > newest) throw newerSchema(meta.get('program'));

  for (const step of steps.filter(({ number }) => number > current))
    await db.transaction().execute(async (writing) => {
      await step.up(writing as unknown as Kysely<never>);
      await writing.deleteFrom('meta').where('name', 'in', ['schema', 'program']).execute();
      await writing
        .insertInto('meta')
        .values([
          { name: 'schema', value: String(step.number) },
          { name: 'program', value: programVersion },
        ])
        .execute();
    });
}

function newerSchema(program: string | undefined): DffmpegError {
  const version = program ?? 'the newest version';
  return new DffmpegError(
    'version-mismatch',
    `The queue in this state folder was written by DFFmpeg ${program ?? 'of a newer version'}, which this version cannot read.`,
    { hint: `Install DFFmpeg ${version} or newer, or choose another state folder.` },
  );
}

async function createQueue(db: Kysely<never>): Promise<void> {
  const id = 'varchar(64)';
  await db.schema
    .createTable('jobs')
    .addColumn('id', id, (column) => column.primaryKey())
    .addColumn('submission_id', id, (column) => column.notNull().unique())
    .addColumn('revision', 'bigint', (column) => column.notNull().unique())
    .addColumn('state', 'varchar(16)', (column) => column.notNull())
    .addColumn('preset', id, (column) => column.notNull())
    .addColumn('preset_data', 'text', (column) => column.notNull())
    .addColumn('priority', 'integer', (column) => column.notNull())
    .addColumn('attached', 'integer', (column) => column.notNull())
    .addColumn('session_id', id)
    .addColumn('on_worker', 'text')
    .addColumn('output_template', 'text')
    .addColumn('sources', 'text', (column) => column.notNull())
    .addColumn('outputs', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('probe', 'text')
    .addColumn('placement', 'text')
    .addColumn('cancelling', 'integer', (column) => column.notNull())
    .addColumn('fence', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('jobs_by_state').on('jobs').columns(['state', 'id']).execute();
  await db.schema.createIndex('jobs_by_session').on('jobs').columns(['session_id']).execute();

  await db.schema
    .createTable('tasks')
    .addColumn('id', id, (column) => column.primaryKey())
    .addColumn('job_id', id, (column) => column.notNull().references('jobs.id'))
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('state', 'varchar(16)', (column) => column.notNull())
    .addColumn('priority', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('not_before', 'bigint', (column) => column.notNull())
    .addColumn('environment_failures', 'integer', (column) => column.notNull())
    .addColumn('transient_failures', 'integer', (column) => column.notNull())
    .addColumn('avoid', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('tasks_by_turn')
    .on('tasks')
    .expression(sql`state, priority desc, created_at, id`)
    .execute();
  await db.schema.createIndex('tasks_by_due').on('tasks').columns(['state', 'not_before']).execute();
  await db.schema.createIndex('tasks_by_job').on('tasks').column('job_id').execute();

  await db.schema
    .createTable('attempts')
    .addColumn('task_id', id, (column) => column.notNull())
    .addColumn('fence', 'integer', (column) => column.notNull())
    .addColumn('job_id', id, (column) => column.notNull().references('jobs.id'))
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('worker_id', id, (column) => column.notNull())
    .addColumn('worker', 'text', (column) => column.notNull())
    .addColumn('state', 'varchar(16)', (column) => column.notNull())
    .addColumn('argv', 'text')
    .addColumn('pid', 'integer')
    .addColumn('process_start', 'text')
    .addColumn('exit_status', 'text')
    .addColumn('error', 'text')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addPrimaryKeyConstraint('attempts_key', ['task_id', 'fence'])
    .execute();
  await db.schema.createIndex('attempts_by_job').on('attempts').columns(['job_id', 'fence']).execute();
  await db.schema.createIndex('attempts_by_state').on('attempts').column('state').execute();

  await db.schema
    .createTable('reservations')
    .addColumn('path_key', id, (column) => column.primaryKey())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('job_id', id, (column) => column.notNull().references('jobs.id'))
    .execute();
  await db.schema.createIndex('reservations_by_job').on('reservations').column('job_id').execute();

  await db.schema
    .createTable('counters')
    .addColumn('name', id, (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into counters (name, value) values ('revision', 0)`.execute(db);
}

/** Several sources, outputs and commands for a job. What was stored for one becomes the first of a list. */
async function severalOutputs(database: Kysely<never>): Promise<void> {
  await database.schema.alterTable('jobs').addColumn('probes', 'text').execute();
  await database.schema.alterTable('attempts').addColumn('commands', 'text').execute();
  await database.schema.alterTable('attempts').addColumn('directory', 'text').execute();
  const db = database as unknown as Kysely<OneOutputSchema>;
  for (const row of await db.selectFrom('jobs').selectAll().execute())
    await db
      .updateTable('jobs')
      .set({
        probes: row.probe === null ? null : `[${row.probe}]`,
        placement: row.placement && JSON.stringify({ ...asObject(row.placement), output: 0 }),
        outputs: JSON.stringify(
          (JSON.parse(row.outputs) as object[]).map((output) => ({
            ...output,
            state: row.state === 'done' ? 'placed' : 'planned',
          })),
        ),
      })
      .where('id', '=', row.id)
      .execute();
  await database.schema.alterTable('jobs').dropColumn('probe').execute();
}

/** Jobs that a person paused while they run; and whether the whole queue is. */
async function pausedJobs(database: Kysely<never>): Promise<void> {
  await database.schema
    .alterTable('jobs')
    .addColumn('suspended', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`insert into counters (name, value) values ('queue-paused', 0)`.execute(database);
}

/** Whose attempt was stopped for another job, or for another program. */
async function preemptedJobs({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('jobs').addColumn('preempted', 'text').execute();
}

/** One number that gives the order of the queue. By age alone at first, until the queue says how priority counts. */
async function rankedTasks(database: Kysely<never>): Promise<void> {
  const { schema } = database;
  await schema.dropIndex('tasks_by_turn').execute();
  await schema.alterTable('tasks').renameColumn('created_at', 'queued_at').execute();
  await schema
    .alterTable('tasks')
    .addColumn('rank', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update tasks set rank = queued_at`.execute(database);
  await sql`insert into counters (name, value) values ('ageing-ms', 0)`.execute(database);
  await schema.createIndex('tasks_by_turn').on('tasks').columns(['state', 'rank', 'id']).execute();
}

/** Where a person wants the results of a job that could not be placed. */
async function chosenFolder({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('jobs').addColumn('output_folder', 'text').execute();
}

/** The disks that results go to. */
async function markedDestinations({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('jobs').addColumn('destinations', 'text').execute();
}

/** Results that take the place of their source. */
async function replacedSources(database: Kysely<never>): Promise<void> {
  await database.schema
    .alterTable('jobs')
    .addColumn('on_success', 'varchar(16)', (column) => column.notNull().defaultTo('keep'))
    .execute();
  await database.schema.alterTable('jobs').addColumn('replacement', 'text').execute();
  await database.schema.alterTable('jobs').addColumn('replacement_due', 'bigint').execute();
  await database.schema.createIndex('jobs_by_replacement_due').on('jobs').column('replacement_due').execute();
  await database.schema.createIndex('jobs_by_success').on('jobs').columns(['on_success', 'state']).execute();
}

/** What happens when a job has ended, and when the next of it is due. */
async function hooksOfJobs(database: Kysely<never>): Promise<void> {
  await database.schema.alterTable('jobs').addColumn('hooks', 'text').execute();
  await database.schema.alterTable('jobs').addColumn('hooks_due', 'bigint').execute();
  await database.schema.createIndex('jobs_by_hooks_due').on('jobs').column('hooks_due').execute();
}

async function learntSpeeds({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('speeds')
    .addColumn('worker_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('work', 'varchar(64)', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('log_mean', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('speeds_key', ['worker_id', 'work'])
    .execute();
}

/** Jobs can be removed, and are counted as they change. */
async function removedJobs(database: Kysely<never>): Promise<void> {
  const { schema } = database;
  await schema.createIndex('jobs_by_end').on('jobs').columns(['ended_at', 'id']).execute();
  await schema
    .createTable('removals')
    .addColumn('revision', 'bigint', (column) => column.primaryKey())
    .addColumn('ids', 'text', (column) => column.notNull())
    .execute();
  await sql`insert into counters (name, value) values ('removals-forgotten', 0)`.execute(database);
  const states = [
    'accepted',
    'probing',
    'planned',
    'waiting',
    'paused',
    'running',
    'verifying',
    'committing',
  ];
  for (const state of [...states, 'done', 'failed', 'cancelled'])
    await sql`insert into counters (name, value) select ${`jobs-${state}`}, count(*) from jobs where state = ${state}`.execute(
      database,
    );
}

/** Hooks of a job whose source is being replaced are due by themselves; whoever asks for those that are leaves them out. */
async function hooksOfReplacements(database: Kysely<never>): Promise<void> {
  const db = database as unknown as Kysely<HooksSchema>;
  const rows = await db
    .selectFrom('jobs')
    .select(['id', 'hooks'])
    .where('replacement_due', '=', 0)
    .where('hooks', 'is not', null)
    .execute();
  for (const { id, hooks } of rows) {
    const waiting = (JSON.parse(hooks ?? '[]') as { state: string; at: number }[]).filter(
      ({ state }) => state === 'waiting',
    );
    const due = waiting.length === 0 ? null : Math.min(...waiting.map(({ at }) => at));
    await db.updateTable('jobs').set({ hooks_due: due }).where('id', '=', id).execute();
  }
}

interface HooksSchema {
  jobs: { id: string; hooks: string | null; hooks_due: number | null; replacement_due: number | null };
}

interface OneOutputSchema {
  jobs: {
    id: string;
    state: string;
    outputs: string;
    probe: string | null;
    probes: string | null;
    placement: string | null;
  };
}

function asObject(json: string): object {
  return JSON.parse(json) as object;
}
