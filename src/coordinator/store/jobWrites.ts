import { DffmpegError } from '../../protocol/errors.ts';
import type { AttemptChange, Explanation, JobWrite, TaskChange } from '../store.ts';
import { queuePausedCounter } from './counters.ts';
import { jobWithSubmission } from './jobQueries.ts';
import type { AttemptKey, AttemptRecord, StoredJob, TaskRecord } from './records.ts';
import { reserve } from './reservations.ts';
import { recordMade } from './madeFiles.ts';
import { insertSources, updateSources } from './sourceRows.ts';
import {
  toAttemptRow,
  toChangedAttemptRow,
  toChangedJobRow,
  toChangedTaskRow,
  toJobRow,
  toTaskRow,
} from './rows.ts';
import type { WriteSession } from './writeSession.ts';

export async function insertJob(session: WriteSession, stored: StoredJob): Promise<StoredJob> {
  const { job } = stored;
  const earlier = await jobWithSubmission(session.db, job.submissionId);
  if (earlier) return earlier;
  const submitted = { ...stored, job: { ...job, revision: await session.nextRevision() } };
  const row = toJobRow(submitted.job);
  await session.run(
    `insert job: ${Object.keys(row).join()}`,
    (db) => db.insertInto('jobs').values(row),
    Object.values(row),
  );
  for (const task of stored.tasks) await insertTask(session, task);
  await insertSources(session, job);
  session.count(undefined, job.state);
  return submitted;
}

export async function updateJob(session: WriteSession, change: JobWrite): Promise<number> {
  const { id, from, job } = change;
  const revision = await session.nextRevision();
  const row = toChangedJobRow({ ...job, revision });
  const { changed } = await session.run(
    `update job: ${Object.keys(row).join()}`,
    (db) => db.updateTable('jobs').set(row).where('id', '=', '').where('revision', '=', 0),
    [...Object.values(row), id, change.revision],
  );
  if (changed === 0)
    throw new DffmpegError('conflict', `Job ${id} has changed meanwhile.`, { hint: 'Try again.' });
  session.count(from, job.state ?? from);

  await updateSources(session, change);
  for (const task of change.tasks ?? []) await updateTask(session, task);
  for (const task of change.newTasks ?? []) await insertTask(session, task);
  for (const attempt of change.attempts ?? []) await updateAttempt(session, attempt);
  for (const attempt of change.newAttempts ?? []) await insertAttempt(session, attempt);
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

async function updateTask(session: WriteSession, { id, ...changes }: TaskChange): Promise<void> {
  const row = toChangedTaskRow(changes);
  await session.run(
    `update task: ${Object.keys(row).join()}`,
    (db) => db.updateTable('tasks').set(row).where('id', '=', ''),
    [...Object.values(row), id],
  );
}

async function insertTask(session: WriteSession, task: TaskRecord): Promise<void> {
  const row = toTaskRow(task);
  await session.run('insert task', (db) => db.insertInto('tasks').values(row), Object.values(row));
}

async function updateAttempt(
  session: WriteSession,
  { taskId, fence, ...changes }: AttemptChange,
): Promise<void> {
  const row = toChangedAttemptRow(changes);
  await session.run(
    `update attempt: ${Object.keys(row).join()}`,
    (db) => db.updateTable('attempts').set(row).where('task_id', '=', '').where('fence', '=', 0),
    [...Object.values(row), taskId, fence],
  );
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
