import assert from 'node:assert/strict';
import fc from 'fast-check';
import { differenceOf } from '../../../src/coordinator/jobDifference.ts';
import type { JobWrite } from '../../../src/coordinator/store.ts';
import type {
  AttemptRecord,
  JobRecord,
  StoredJob,
  TaskRecord,
} from '../../../src/coordinator/store/records.ts';
import { storedJob } from './fixtures.ts';

const stored = storedJob('a');
const task = (id: string, notBefore: number): TaskRecord => ({ ...stored.tasks[0]!, id, notBefore });
const attempt = (fence: number, pid: number | undefined): AttemptRecord => ({
  ...{ taskId: 'a-encode', jobId: 'a', kind: 'encode', fence, workerId: 'w', worker: 'w', state: 'running' },
  ...{ startedAt: 1, pid },
});

const few = fc.integer({ min: 1, max: 4 });
const maybe = fc.option(few, { nil: undefined });
const jobs: fc.Arbitrary<StoredJob> = fc.record({
  job: fc
    .record({ fence: few, startedAt: maybe, output: fc.constantFrom(undefined, 'x', 'y') })
    .map((fields): JobRecord => ({ ...stored.job, ...fields })),
  tasks: fc.uniqueArray(fc.tuple(fc.constantFrom('p', 'e'), few), { selector: ([id]) => id }).map(
    (all) => all.map(([id, notBefore]) => task(id, notBefore)), // prettier-ignore
  ),
  attempts: fc.uniqueArray(fc.tuple(few, maybe), { selector: ([fence]) => fence }).map(
    (all) => all.map(([fence, pid]) => attempt(fence, pid)), // prettier-ignore
  ),
});

/** As a store does it. */
function write(before: StoredJob, change: Omit<JobWrite, 'id' | 'revision' | 'from'>): StoredJob {
  const { tasks = [], newTasks = [], attempts = [], newAttempts = [] } = change;
  return {
    job: { ...before.job, ...change.job },
    tasks: [
      ...before.tasks.map((row) => ({ ...row, ...tasks.find(({ id }) => id === row.id) })),
      ...newTasks,
    ],
    attempts: [
      ...before.attempts.map((row) => ({ ...row, ...attempts.find(({ fence }) => fence === row.fence) })),
      ...newAttempts,
    ],
  };
}

describe('differenceOf', () => {
  it('is what makes one job of the other', () => {
    fc.assert(
      fc.property(jobs, jobs, (before, after) => {
        const written = write(before, differenceOf(before, after));
        assert.deepEqual(written.job, after.job);
        for (const row of after.tasks)
          assert.deepEqual(
            written.tasks.find(({ id }) => id === row.id),
            row,
          );
        for (const row of after.attempts)
          assert.deepEqual(written.attempts.find(({ fence }) => fence === row.fence), row); // prettier-ignore
      }),
    );
  });

  it('is nothing where nothing changes, and never a row without a field to write', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        const same = {
          job: { ...job.job },
          tasks: job.tasks.map((row) => ({ ...row })),
          attempts: [...job.attempts],
        };
        const { id, revision, state } = job.job;
        assert.deepEqual(differenceOf(job, same), { id, revision, from: state, job: {} });
      }),
    );
  });
});
