import assert from 'node:assert/strict';
import type { JobPage, JobWrite, Reservation, Store } from '../../../../src/coordinator/store.ts';
import type { AttemptRecord, StoredJob, TaskRecord } from '../../../../src/coordinator/store/records.ts';
import { defaultQueueSettings } from '../../../../src/coordinator/queueSettings.ts';
import { changeOf, probe, storedJob } from '../fixtures.ts';
import type { JobHook } from '../../../../src/protocol/model.ts';
import { noCounts } from '../../../../src/protocol/jobState.ts';
import type { OpenStore } from './contract.ts';

/** What is written is what is read, in pages, in order and under the names that were reserved. */
export function describeRecords(given: () => OpenStore): void {
  describe('records', () => {
    let store: Store;

    beforeEach(() => {
      ({ store } = given());
    });

    const change = (stored: StoredJob, changes: Partial<StoredJob['job']>, rest: Partial<JobWrite> = {}) =>
      store.write(changeOf(stored.job, changes, rest));

    const attempt = {
      taskId: 'a-encode',
      jobId: 'a',
      kind: 'encode',
      fence: 2,
      workerId: 'w1',
      worker: 'workshop',
      state: 'running',
      startedAt: 5,
    } as const;

    it('gives back what was stored, also after it was opened anew', async () => {
      const stored = await store.submit(
        storedJob('a', {
          ...{ attached: true, sessionId: 's', on: 'x', output: 't' },
          ...{ require: ['gpu', 'attic'], prefer: ['near'] },
        }),
      );
      const full = {
        probes: [probe],
        reason: { code: 'slots-busy', message: 'm', hint: 'h' },
        outputs: [
          {
            name: 'hd',
            state: 'placed',
            path: '/x',
            bytes: 3,
            verdict: { level: 'warn', findings: [{ level: 'warn', message: 'f' }] },
          },
        ],
        placement: {
          taskId: 'a-encode',
          fence: 2,
          workerId: 'w1',
          output: 1,
          staged: '/s',
          identity: { device: '1', inode: '18446744073709551615' },
          path: '/x',
          bytes: 3,
          verdict: { level: 'pass', findings: [] },
        },
        cancelling: true,
        preempted: { fence: 1, reason: { code: 'slots-busy', message: 'm' }, avoid: true },
        fence: 2,
        startedAt: 6,
        endedAt: 7,
      } satisfies Partial<StoredJob['job']>;
      const ended: AttemptRecord = {
        ...attempt,
        argv: ['ffmpeg', 'it’s\n\u{1f600}'],
        commands: [{ output: 1, purpose: 'encode', argv: ['ffmpeg'], exit: { code: 0, signal: null } }],
        directory: '/s',
        pid: 3,
        processStart: '9',
        exit: { code: null, signal: 'SIGKILL' },
        error: { code: 'internal', message: 'e' },
        endedAt: 9,
      };
      const task: TaskRecord = { ...stored.tasks[0]!, state: 'running', notBefore: 4, avoid: ['w2'] };
      const revision = await change(stored, full, { tasks: [task], newAttempts: [ended], durable: true });
      store = await given().reopen();
      const read = await store.job('a');
      assert.deepEqual(clean(read?.job), clean({ ...stored.job, ...full, revision }));
      assert.deepEqual(read?.tasks, [task]);
      assert.deepEqual(read?.attempts, [ended]);
      assert.equal(await store.revision(), revision);
    });

    it('changes what it is asked to change, and takes away what shall be no more', async () => {
      const { job, tasks } = await store.submit(storedJob('a', { output: 't', hooks: [hook(5)] }));
      const [task] = tasks;
      assert.ok(task);
      let revision = await change({ job, tasks, attempts: [] }, { startedAt: 6 }, { newAttempts: [attempt] });
      const changes = { output: undefined, state: 'running' } as const;
      revision = await store.write(
        changeOf({ ...job, revision }, changes, {
          tasks: [{ id: task.id, notBefore: 4 }],
          attempts: [{ taskId: attempt.taskId, fence: attempt.fence, pid: 3 }],
        }),
      );
      store = await given().reopen();
      const read = await store.job('a');
      assert.deepEqual(clean(read?.job), clean({ ...job, ...changes, startedAt: 6, revision }));
      assert.deepEqual(read?.tasks, [{ ...task, notBefore: 4 }]);
      assert.deepEqual(clean(read.attempts), [{ ...attempt, pid: 3 }]);
    });

    it('says which hooks are due, but for those of a job whose source is being replaced', async () => {
      const { job } = await store.submit(storedJob('a', { state: 'done', hooks: [hook(5)] }));
      const due = async () =>
        (await store.hooksDue({ now: 9, latest: 99, limit: 9 })).map((stored) => stored.job.id);
      assert.deepEqual([await due(), await store.nextHook()], [['a'], 5]);
      const source = { identity: { device: '1', inode: '2' }, bytes: 1, modified: '1' };
      const result = { identity: { device: '1', inode: '3' }, bytes: 1 };
      const replacement = { workerId: 'w', home: '/x', source, result } as const;
      const replacing = { ...replacement, state: 'replacing' } as const;
      const revision = await store.write(changeOf(job, { replacement: replacing }));
      assert.deepEqual([await due(), await store.nextHook()], [[], undefined]);
      const replaced = { ...replacement, state: 'replaced', keptUntil: 50 } as const;
      await store.write(changeOf({ ...job, revision }, { replacement: replaced }));
      assert.deepEqual([await due(), await store.nextHook()], [['a'], 5]);
    });

    it('stores a submission once', async () => {
      const first = await store.submit(storedJob('a', { submissionId: 'same' }));
      const [second, third] = await Promise.all([
        store.submit(storedJob('b', { submissionId: 'same' })),
        store.submit(storedJob('c')),
      ]);
      assert.equal(second.job.id, 'a');
      assert.equal(second.job.revision, first.job.revision);
      assert.equal(third.job.id, 'c');
      assert.equal((await store.jobs({ limit: 10 })).jobs.length, 2);
      assert.equal((await store.submitted('same'))?.job.id, 'a');
      assert.equal(await store.submitted('another'), undefined);
    });

    it('refuses a change of what has changed meanwhile, and only that of a group', async () => {
      const a = await store.submit(storedJob('a'));
      const b = await store.submit(storedJob('b'));
      await change(a, { priority: 1 });
      const [late, other] = await Promise.allSettled([
        change(a, { priority: 2 }),
        change(b, { priority: 3 }),
      ]);
      assert.equal(late.status === 'rejected' && (late.reason as { code: string }).code, 'conflict');
      assert.equal(other.status, 'fulfilled');
      assert.equal((await store.job('a'))?.job.priority, 1);
      assert.equal((await store.job('b'))?.job.priority, 3);
    });

    it('gives each change the next revision, and leaves none out of what changed since', async () => {
      const a = await store.submit(storedJob('a'));
      const b = await store.submit(storedJob('b'));
      await store.submit(storedJob('c'));
      assert.ok(b.job.revision > a.job.revision);
      const begun = await store.changesSince(0, 2);
      assert.deepEqual(
        begun.jobs.map(({ job }) => job.id),
        ['a', 'b'],
      );
      assert.equal(begun.more, true);
      await change(a, { priority: 7 });
      const rest = await store.changesSince(begun.cursor, 10);
      assert.deepEqual(
        rest.jobs.map(({ job }) => job.id),
        ['c', 'a'],
      );
      const nothing = await store.changesSince(rest.cursor, 10);
      assert.deepEqual([nothing.jobs, nothing.cursor, nothing.more], [[], rest.cursor, false]);
    });

    it('reserves names for one job', async () => {
      const a = await store.submit(storedJob('a'));
      const b = await store.submit(storedJob('b'));
      const [x, y, z] = ['x', 'y', 'z'].map((name) => ({
        path: `/${name.toUpperCase()}`,
        normalised: `/${name}`,
      })) as [Reservation, Reservation, Reservation];
      const revision = await change(a, {}, { reservations: [x, y] });
      await assert.rejects(change(b, {}, { reservations: [z, y] }), { code: 'conflict' });
      assert.deepEqual((await store.reserved(['/x', '/y', '/z'], 'b')).sort(), ['/x', '/y']);
      assert.deepEqual(await store.reserved(['/x', '/z'], 'a'), [], 'nothing of what was refused');
      const later = await store.write(changeOf({ ...a.job, revision }, {}, { reservations: [x, z] }));
      assert.deepEqual((await store.reserved(['/x', '/y', '/z'], 'b')).sort(), ['/x', '/z']);
      await store.write(changeOf({ ...a.job, revision: later }, {}, { reservations: [] }));
      await change(b, {}, { reservations: [x] });
      assert.deepEqual(await store.reserved(['/x'], 'a'), ['/x']);
    });

    it('names the jobs that read a source, and those whose result has its place', async () => {
      const ids = async (...names: string[]) => (await store.jobsOfSource(names)).map(({ job }) => job.id);
      const sources = [{ path: '/Clip.mov' }, { path: '/other.mov' }, { path: '/Clip.mov' }];
      const a = await store.submit(storedJob('a', { sources, onSuccess: 'replace' }));
      const b = await store.submit(storedJob('b', { sources: [{ path: '/Clip.mov' }] }));
      assert.deepEqual(await ids('/Clip.mov'), ['a', 'b']);
      assert.deepEqual(await ids('/other.mov'), ['a']);
      assert.deepEqual(await ids('/clip.mov'), ['a', 'b'], 'of another spelling, maybe');
      await change(b, { state: 'failed' });
      assert.deepEqual(await ids('/Clip.mov'), ['a']);
      const replacement = {
        state: 'replaced',
        workerId: 'w1',
        source: { identity: { device: '1', inode: '2' }, bytes: 3, modified: '4' },
        result: { identity: { device: '1', inode: '3' }, bytes: 2 },
        home: '/x',
      } as const;
      const revision = await change(a, { state: 'done', replacement });
      assert.deepEqual(await ids('/Clip.mov'), ['a'], 'it can still be undone');
      const done = { ...a, job: { ...a.job, state: 'done', revision, replacement } } as const;
      const undone = await change(done, { replacement: { ...replacement, state: 'undone' } });
      assert.deepEqual(await ids('/Clip.mov'), []);
      const again = { ...replacement, state: 'replacing' } as const;
      await store.write(changeOf({ ...done.job, revision: undone }, { replacement: again }));
      store = await given().reopen();
      assert.deepEqual(await ids('/Clip.mov'), ['a']);
      const failed = await store.job('b');
      assert.ok(failed);
      const accepted = await change(failed, { state: 'accepted' });
      assert.deepEqual(await ids('/Clip.mov'), ['a', 'b'], 'it is retried');
      // Once it is looked at it is known by other names.
      const named = [{ path: '/Clip.mov', realPath: '/real.mov', file: 'file:w1:1:2' }];
      const looking = { ...failed.job, state: 'accepted', revision: accepted } as const;
      const probed = await store.write(changeOf(looking, { sources: named }));
      assert.deepEqual(await ids('/real.mov'), ['b']);
      assert.deepEqual(await ids('file:w1:1:2', '/Clip.mov'), ['a', 'b']);
      const ending = { ...looking, sources: named, revision: probed };
      await store.write(changeOf(ending, { state: 'failed' }));
      assert.deepEqual(await ids('file:w1:1:2', '/real.mov'), []);
    });

    it('queues by priority and age, and leaves out what has to wait', async () => {
      for (const [id, priority, createdAt] of [
        ['a', 50, 3],
        ['b', 50, 2],
        ['c', 90, 4],
        ['d', 50, 1],
      ] as const)
        await store.submit(storedJob(id, { priority, createdAt }));
      const d = await store.job('d');
      assert.ok(d);
      await change(d, {}, { tasks: [{ ...d.tasks[0]!, notBefore: 100 }] });
      const kinds = ['probe', 'encode'] as const;
      const first = await store.queue({ now: 99, kinds, limit: 2 });
      const rest = await store.queue({ now: 99, kinds, limit: 2, after: first[1] });
      assert.deepEqual(
        [...first, ...rest].map(({ job }) => job.id),
        ['c', 'b', 'a'],
      );
      assert.deepEqual(await store.queue({ now: 99, kinds: ['encode'], limit: 2 }), []);
      assert.equal(await store.nextDue(99), 100);
      assert.equal(await store.nextDue(100), undefined);
      // No wait is that long: the clock was set back.
      assert.equal(await store.nextDue(50, 99), undefined);
      const due = await store.queue({ now: 50, latest: 99, kinds, limit: 9 });
      assert.deepEqual(
        due.map(({ job }) => job.id),
        ['c', 'd', 'b', 'a'],
      );
      assert.equal((await store.queue({ now: 50, latest: 100, kinds, limit: 9 })).length, 3);
      const a = await store.job('a');
      assert.ok(a?.tasks[0]);
      assert.equal(await store.countAhead(a.tasks[0]), 3);
      assert.equal(await store.countAhead({ ...a.tasks[0], kind: 'encode' }), 0);
    });

    it('ranks anew when priority shall count otherwise, and what has ended not', async () => {
      const { ageingMs } = defaultQueueSettings;
      for (const [id, priority, waited] of [
        ['a', 40, 0],
        ['b', 50, 0],
        ['c', 40, 11],
        ['d', 90, 20],
      ] as const)
        await store.submit(storedJob(id, { priority, createdAt: 1_700_000_000_000 - waited * ageingMs }));
      const d = await store.job('d');
      assert.ok(d?.tasks[0]);
      await change(d, { state: 'done' }, { tasks: [{ ...d.tasks[0], state: 'ended', rank: 7 }] });
      const order = async () => {
        const page = await store.queue({ now: Date.now(), kinds: ['probe'], limit: 9 });
        return page.map(({ job }) => job.id).join('');
      };
      assert.equal(await order(), 'cba');
      await store.rank(ageingMs * 2);
      assert.equal(await order(), 'bca');
      store = await given().reopen();
      await store.rank(ageingMs);
      assert.equal(await order(), 'cba');
      assert.equal((await store.job('d'))?.tasks[0]?.rank, 7);
    });

    it('explains what has not changed meanwhile', async () => {
      const a = await store.submit(storedJob('a'));
      const b = await store.submit(storedJob('b'));
      await change(b, { priority: 1 });
      const reason = { code: 'worker-lost', message: 'none' } as const;
      await store.explain([a, b].map(({ job: { id, revision } }) => ({ id, revision, reason })));
      assert.deepEqual((await store.job('a'))?.job.reason, reason);
      assert.equal((await store.job('b'))?.job.reason, undefined);
      assert.ok(((await store.job('a'))?.job.revision ?? 0) > a.job.revision);
    });

    it('lists pages, newest first, by state', async () => {
      for (const id of ['a', 'b', 'c'])
        await store.submit(storedJob(id, { state: id === 'b' ? 'done' : 'accepted' }));
      const page = await store.jobs({ limit: 2 });
      assert.deepEqual(
        page.jobs.map(({ job }) => job.id),
        ['c', 'b'],
      );
      const last = await store.jobs({ limit: 2, after: page.next });
      assert.deepEqual(
        last.jobs.map(({ job }) => job.id),
        ['a'],
      );
      assert.equal(last.next, undefined);
      assert.equal((await store.jobs({ limit: 2, states: ['done'] })).jobs[0]?.job.id, 'b');
      assert.deepEqual(await store.counts(), { ...noCounts, waiting: 2, done: 1 });
      assert.deepEqual(await store.jobs({ limit: 2, states: [] }), { jobs: [] });
    });

    it('lists pages of several states in one order, also the oldest first', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e'];
      const states = ['done', 'failed', 'accepted', 'done', 'failed'] as const;
      for (const [index, id] of ids.entries())
        await store.submit(storedJob(id, { state: states[index] ?? 'done' }));
      const walk = async (page: Omit<JobPage, 'limit'>): Promise<string[]> => {
        const found: string[] = [];
        for (let after: string | undefined; ;) {
          const { jobs, next } = await store.jobs({ ...page, limit: 2, after });
          found.push(...jobs.map(({ job }) => job.id));
          if (next === undefined) return found;
          after = next;
        }
      };
      assert.deepEqual(await walk({ states: ['done', 'failed'] }), ['e', 'd', 'b', 'a']);
      assert.deepEqual(await walk({ states: ['done', 'failed'], oldestFirst: true }), ['a', 'b', 'd', 'e']);
      assert.deepEqual(await walk({ oldestFirst: true }), ids);
    });

    it('finds what is under way, attached jobs, and ids by their beginning', async () => {
      const a = await store.submit(storedJob('a_1', { sessionId: 's', attached: true }));
      await store.submit(storedJob('ab1', { sessionId: 's', attached: true, state: 'done' }));
      assert.deepEqual(await store.underWay(), []);
      await change(a, {}, { newAttempts: [{ ...attempt, jobId: 'a_1' }] });
      assert.deepEqual(
        (await store.underWay()).map(({ job }) => job.id),
        ['a_1'],
      );
      const read = await store.job('a_1');
      assert.ok(read);
      await change(read, {}, { dropAttempt: attempt });
      assert.deepEqual(await store.underWay(), []);
      assert.deepEqual(await store.attached(), [{ id: 'a_1', sessionId: 's' }]);
      assert.deepEqual(await store.idsWithPrefix('a_', 5), ['a_1']);
      assert.deepEqual(await store.idsWithPrefix('a', 5), ['a_1', 'ab1']);
    });
  });
}

function hook(at: number): JobHook {
  return { id: 'h', key: 'k', kind: 'copy', name: 'n', state: 'waiting', at, tries: 0 };
}

/** Without the fields that are there and undefined. */
function clean(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
