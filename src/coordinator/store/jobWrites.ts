import { DffmpegError } from '../../protocol/errors.ts';
import type { Explanation, JobWrite } from '../store.ts';
import { queuePausedCounter } from './counters.ts';
import { jobWithSubmission } from './jobQueries.ts';
import type { AttemptKey, AttemptRecord, JobRecord, StoredJob, TaskRecord } from './records.ts';
import { reserve } from './reservations.ts';
import { recordMade } from './madeFiles.ts';
import { insertSources, updateSources } from './sourceRows.ts';
import { toAttemptRow, toChangeableRow, toJobRow, toTaskRow } from './rows.ts';
import type { WriteSession } from './writeSession.ts';

export async function insertJob(session: WriteSession, stored: StoredJob): Promise<StoredJob> {
  const { job } = stored;
  const earlier = await jobWithSubmission(session.db, job.submissionId);
  if (earlier) return earlier;
  const submitted = { ...stored, job: { ...job, revision: await session.nextRevision() } };
  const row = toJobRow(submitted.job);
  await session.run('insert job', (db) => db.insertInto('jobs').values(row), Object.values(row));
  for (const task of stored.tasks) await insertTask(session, task, job);
  await insertSources(session, job);
  session.count(undefined, job.state);
  return submitted;
}

export async function updateJob(session: WriteSession, change: JobWrite): Promise<number> {
  const { id, revision: expected } = change.job;
  const revision = await session.nextRevision();
  const row = toChangeableRow({ ...change.job, revision });
  const { changed } = await session.run(
    'update job',
    (db) => db.updateTable('jobs').set(row).where('id', '=', '').where('revision', '=', 0),
    [...Object.values(row), id, expected],
  );
  if (changed === 0)
    throw new DffmpegError('conflict', `Job ${id} has changed meanwhile.`, { hint: 'Try again.' });
  session.count(change.from, change.job.state);

  await updateSources(session, change);
  for (const task of change.tasks ?? []) await writeTask(session, task, change.job);
  for (const attempt of change.attempts ?? []) {
    // Deleted and inserted, since every database has its own words for "insert or update".
    await deleteAttempt(session, attempt);
    await insertAttempt(session, attempt);
  }
  if (change.dropAttempt) await deleteAttempt(session, change.dropAttempt);
  if (change.reservations !== undefined) await reserve(session.db, id, change.reservations);
  if (change.made !== undefined) await recordMade(session.db, id, change.made);
  return revision;
}

export async function explainJobs(session: WriteSession, reasons: readonly Explanation[]): Promise<void> {
  for (const { id, revision, reason } of reasons)
    await session.run(
      'explain job',
      (db) =>
        db
          .updateTable('jobs')
          .set({ reason: '', revision: 0 })
          .where('id', '=', '')
          .where('revision', '=', 0),
      [JSON.stringify(reason), await session.nextRevision(), id, revision],
    );
}

export async function pauseQueue(session: WriteSession, paused: boolean): Promise<void> {
  await session.nextRevision();
  await session.db
    .updateTable('counters')
    .set({ value: Number(paused) })
    .where('name', '=', queuePausedCounter)
    .execute();
}

/** Most tasks are there already. */
async function writeTask(session: WriteSession, task: TaskRecord, job: JobRecord): Promise<void> {
  const { id, ...row } = toTaskRow(task, job);
  const { changed } = await session.run(
    'update task',
    (db) => db.updateTable('tasks').set(row).where('id', '=', ''),
    [...Object.values(row), id],
  );
  if (changed === 0) await insertTask(session, task, job);
}

async function insertTask(session: WriteSession, task: TaskRecord, job: JobRecord): Promise<void> {
  const row = toTaskRow(task, job);
  await session.run('insert task', (db) => db.insertInto('tasks').values(row), Object.values(row));
}

async function insertAttempt(session: WriteSession, attempt: AttemptRecord): Promise<void> {
  const row = toAttemptRow(attempt);
  await session.run('insert attempt', (db) => db.insertInto('attempts').values(row), Object.values(row));
}

async function deleteAttempt(session: WriteSession, { taskId, fence }: AttemptKey): Promise<void> {
  await session.run(
    'delete attempt',
    (db) => db.deleteFrom('attempts').where('task_id', '=', '').where('fence', '=', 0),
    [taskId, fence],
  );
}
