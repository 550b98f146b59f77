import assert from 'node:assert/strict';
import { access, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createIdSource } from '../../../src/coordinator/ids.ts';
import { JobLogs } from '../../../src/coordinator/jobLog.ts';
import type { RetentionLimits } from '../../../src/coordinator/queueSettings.ts';
import { mayBeRemoved, Retention, type RetentionOptions } from '../../../src/coordinator/retention.ts';
import type { Store } from '../../../src/coordinator/store.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';
import { replacementStates } from '../../../src/protocol/model.ts';
import { watchFolderSpecSchema } from '../../../src/protocol/watchFolder.ts';
import { storedJob, submission } from './fixtures.ts';
import { Harness } from './harness.ts';
import { ManualTimers } from './manualTimers.ts';

const hour = 3_600_000;

describe('retention', () => {
  let directory: string;
  let store: Store;
  let logs: JobLogs;
  const timers = new ManualTimers();
  let told = 0;
  let largest = 0;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-retention-'));
    const opened = await openSqliteStore({ file: ':memory:', programVersion: '1' });
    store = new Proxy(opened, {
      get: (target, name: keyof Store) => {
        if (name === 'forgetMade')
          return (page: Parameters<Store['forgetMade']>[0]) => {
            largest = Math.max(largest, page.limit);
            return target.forgetMade(page);
          };
        if (name !== 'remove') return target[name].bind(target);
        return (jobs: Parameters<Store['remove']>[0]) => {
          largest = Math.max(largest, jobs.length);
          return target.remove(jobs);
        };
      },
    });
    logs = new JobLogs({ directory, maxBytes: 9999, chunkBytes: 99, atOnce: 8, onError: assert.fail });
    told = 0;
    largest = 0;
  });

  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  /** Ended so many hours ago. */
  async function ended(id: string, hours: number): Promise<void> {
    await store.submit(storedJob(id, { state: 'done', endedAt: timers.clock() - hours * hour }));
    logs.append(id, 'a line');
    await logs.flush();
  }

  async function left(): Promise<string[]> {
    return (await store.jobs({ limit: 1_000 })).jobs.map(({ job }) => job.id).reverse();
  }

  async function keep(limits: RetentionLimits, rest: Partial<RetentionOptions> = {}): Promise<void> {
    const retention = new Retention({
      ...{ store, logs, limits, clock: timers.clock, timers, onError: assert.fail },
      intervalMs: hour,
      onRemoved: () => (told += 1),
      ...rest,
    });
    retention.run();
    await retention.idle();
    await retention.close();
  }

  it('removes what ended too long ago, with its log, and nothing that has not ended', async () => {
    await ended('a', 50);
    await ended('b', 10);
    await store.submit(storedJob('c', { createdAt: 1 }));
    await keep({ keepJobsMs: 24 * hour, keepJobs: 100 });
    assert.deepEqual(await left(), ['b', 'c']);
    await assert.rejects(access(path.join(directory, 'a.log')));
    await access(path.join(directory, 'b.log'));
    assert.equal(told, 1);
  });

  it('keeps the latest of too many, and for ever what has no limit', async () => {
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) await ended(id, 5_000 - index);
    await keep({ keepJobsMs: 0, keepJobs: 4 });
    assert.deepEqual(await left(), ['a', 'b', 'c', 'd']);
    await keep({ keepJobsMs: 0, keepJobs: 2 });
    assert.deepEqual(await left(), ['c', 'd']);
  });

  it('forgets the results of jobs that are gone, but of none that is kept, and of none while a folder is watched', async () => {
    const years = (count: number): number => timers.clock() - count * 365 * 24 * hour;
    const newId = (at: number): string => createIdSource(() => at, Math.random)();
    const [old, kept, late] = [newId(years(2)), newId(years(2)), newId(years(0.5))];
    await store.submit(storedJob(kept, { state: 'done', endedAt: timers.clock() }));
    const names = Array.from({ length: 250 }, (_, index) => `/out/${index}.mp4`);
    await store.addMade(
      old,
      names.map((normalised) => ({ normalised, bytes: 1 })),
    );
    for (const id of [kept, late]) await store.addMade(id, [{ normalised: '/out/0.mp4', bytes: 2 }]);
    const limits = { keepJobsMs: 0, keepJobs: 100, keepResultsMs: 365 * 24 * hour };
    const known = async (): Promise<string[]> => (await store.madeAmong(names)).map(({ jobId }) => jobId);

    const spec = watchFolderSpecSchema.parse({ path: '/in', preset: 'web' });
    await store.saveWatchFolder({ id: 'f', origin: 'cli', spec, paused: true, activatedAt: 1 });
    await keep(limits);
    assert.equal((await known()).length, 252);
    await store.removeWatchFolder('f');
    await keep({ ...limits, keepResultsMs: 0 });
    assert.equal((await known()).length, 252);
    await keep(limits);
    assert.deepEqual((await known()).toSorted(), [kept, late].toSorted());
    assert.ok(largest <= 200, `${largest} at once`);
  });

  it('goes in small steps', async () => {
    for (let index = 0; index < 450; index += 1)
      await store.submit(storedJob(`j${index}`, { state: 'done', endedAt: 1 + index }));
    await keep({ keepJobsMs: hour, keepJobs: 100 });
    assert.deepEqual(await left(), []);
    assert.ok(largest <= 200, `${largest} at once`);
  });

  const source = { identity: { device: '1', inode: '2' }, bytes: 1, modified: '1' };
  const result = { identity: { device: '1', inode: '3' }, bytes: 1 };
  const replacement = { state: 'replaced', workerId: 'w', home: '/x', source, result } as never;

  it('leaves what can still be undone, and goes on behind it', async () => {
    await store.submit(storedJob('a', { state: 'done', endedAt: 1, replacement }));
    await ended('b', 50);
    await keep({ keepJobsMs: hour, keepJobs: 0 });
    assert.deepEqual(await left(), ['a']);
  });

  it('removes no late one in the stead of an early one that has to stay', async () => {
    for (const id of ['a', 'b'])
      await store.submit(storedJob(id, { state: 'done', endedAt: 1, replacement }));
    for (const id of ['c', 'd']) await ended(id, 1);
    await keep({ keepJobsMs: 0, keepJobs: 2 });
    assert.deepEqual(await left(), ['a', 'b', 'c', 'd']);
  });

  it('goes on where a log cannot be removed', async () => {
    for (const id of ['a', 'b', 'c']) await ended(id, 50);
    const removed: string[] = [];
    const errors: DffmpegError[] = [];
    const refusing = {
      remove: (id: string) => {
        removed.push(id);
        return id === 'a' ? Promise.reject(new Error('It is held open.')) : logs.remove(id);
      },
    };
    await keep({ keepJobsMs: 0, keepJobs: 1 }, { logs: refusing, onError: (error) => errors.push(error) });
    assert.deepEqual(await left(), ['c']);
    assert.deepEqual(removed, ['a', 'b']);
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['It is held open.'],
    );
  });

  it('keeps a job as long as its replacement is known to nobody else', () => {
    const removable = replacementStates.filter((state) =>
      mayBeRemoved({ state: 'done', replacement: { state } as never }),
    );
    assert.deepEqual(removable, ['held', 'refused', 'undone']);
    assert.equal(mayBeRemoved({ state: 'running' }), false);
    assert.equal(mayBeRemoved({ state: 'failed' }), true);
    assert.equal(mayBeRemoved({ state: 'done', owedTo: 'studio' }), false, 'its client has not heard of it');
  });
});

describe('a queue whose jobs are not kept for ever', () => {
  it('removes them at its slow timer and when the limits change, and tells its clients', async () => {
    const harness = await Harness.start({ retention: { keepJobsMs: hour, keepJobs: 100 } });
    const client = await harness.subscribed();
    const { job } = await client.peer.request('jobs.submit', submission());
    await client.peer.request('jobs.cancel', { id: job.id });
    harness.timers.advance(hour + 1);
    await client.until(() => client.removed.includes(job.id));
    assert.deepEqual((await client.peer.request('jobs.list', { limit: 10 })).jobs, []);

    const second = (await client.peer.request('jobs.submit', submission())).job;
    await client.peer.request('jobs.cancel', { id: second.id });
    harness.coordinator.keepJobs({ keepJobsMs: 0, keepJobs: 0 });
    await client.until(() => client.removed.includes(second.id));

    const late = harness.client();
    const since = { topics: ['jobs' as const], since: 0 };
    const { snapshot, removed } = await late.peer.request('subscribe', since);
    assert.deepEqual([snapshot, removed], [false, [job.id, second.id]]);
    assert.deepEqual(harness.errors, []);
    await harness.stop();
  });
});
