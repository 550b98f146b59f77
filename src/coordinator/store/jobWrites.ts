import { DffmpegError } from '../../protocol/errors.ts';
import type { Explanation, JobWrite } from '../store.ts';
import { jobWithSubmission, queuePausedCounter, revision as readRevision } from './jobQueries.ts';
import type { AttemptKey, StoredJob } from './records.ts';
import { reserve } from './reservations.ts';
import { toAttemptRow, toJobRow, toTaskRow } from './rows.ts';
import type { Writing } from './schema.ts';
import { recordMade } from './madeFiles.ts';

export async function insertJob(writing: Writing, stored: StoredJob): Promise<StoredJob> {
  const { job } = stored;
  const earlier = await jobWithSubmission(writing, job.submissionId);
  if (earlier) return earlier;
  const submitted = { ...stored, job: { ...job, revision: await nextRevision(writing) } };
  await writing.insertInto('jobs').values(toJobRow(submitted.job)).execute();
  for (const task of stored.tasks) await writing.insertInto('tasks').values(toTaskRow(task, job)).execute();
  return submitted;
}

export async function updateJob(writing: Writing, change: JobWrite): Promise<number> {
  const revision = await nextRevision(writing);
  const { id, revision: expected } = change.job;
  const { numUpdatedRows } = await writing
    .updateTable('jobs')
    .set(toJobRow({ ...change.job, revision }))
    .where('id', '=', id)
    .where('revision', '=', expected)
    .executeTakeFirst();
  if (numUpdatedRows === 0n)
    throw new DffmpegError('conflict', `Job ${id} has changed meanwhile.`, { hint: 'Try again.' });

  // Deleted and inserted, since every database has its own words for "insert or update".
  for (const task of change.tasks ?? []) {
    await writing.deleteFrom('tasks').where('id', '=', task.id).execute();
    await writing.insertInto('tasks').values(toTaskRow(task, change.job)).execute();
  }
  for (const attempt of change.attempts ?? []) {
    await deleteAttempt(writing, attempt);
    await writing.insertInto('attempts').values(toAttemptRow(attempt)).execute();
  }
  if (change.dropAttempt) await deleteAttempt(writing, change.dropAttempt);
  if (change.reservations !== undefined) await reserve(writing, id, change.reservations);
  if (change.made !== undefined) await recordMade(writing, id, change.made);
  return revision;
}

export async function explainJobs(writing: Writing, reasons: readonly Explanation[]): Promise<void> {
  for (const { id, revision, reason } of reasons)
    await writing
      .updateTable('jobs')
      .set({ reason: JSON.stringify(reason), revision: await nextRevision(writing) })
      .where('id', '=', id)
      .where('revision', '=', revision)
      .execute();
}

export async function pauseQueue(writing: Writing, paused: boolean): Promise<void> {
  await nextRevision(writing);
  await writing
    .updateTable('counters')
    .set({ value: Number(paused) })
    .where('name', '=', queuePausedCounter)
    .execute();
}

/** The one counter behind all revisions: whoever commits has its row, so that no cursor skips a late one. */
async function nextRevision(writing: Writing): Promise<number> {
  await writing
    .updateTable('counters')
    .set((builder) => ({ value: builder.eb('value', '+', 1) }))
    .where('name', '=', 'revision')
    .execute();
  return readRevision(writing);
}

async function deleteAttempt(writing: Writing, key: AttemptKey): Promise<void> {
  await writing
    .deleteFrom('attempts')
    .where('task_id', '=', key.taskId)
    .where('fence', '=', key.fence)
    .execute();
}
