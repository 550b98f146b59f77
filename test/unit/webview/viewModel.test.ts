import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { jobStates } from '../../../src/protocol/jobState.ts';
import type { StatusJob } from '../../../src/protocol/statusPageContract.ts';
import { endedSince, searchJobs, sizesOf, sortIntoSections, sumUp } from '../../../src/webview/viewModel.ts';
import { job } from '../../browser/statusPage/states.ts';

const ids = (jobs: readonly StatusJob[]): string[] => jobs.map(({ id }) => id);

describe('sortIntoSections', () => {
  it('puts every job into exactly one section', () => {
    const anyJobs = fc.uniqueArray(
      fc.record({ id: fc.stringMatching(/^[a-z]{1,8}$/), state: fc.constantFrom(...jobStates) }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(anyJobs, (made) => {
        const jobs = made.map(({ id, state }) => job(id, { state }));
        const { running, waiting, finished } = sortIntoSections(jobs);
        assert.deepEqual(ids([...running, ...waiting, ...finished]).sort(), ids(jobs).sort());
      }),
    );
  });

  it('shows what waits in the order in which it will begin, as the queue ranks them', () => {
    const { waiting } = sortIntoSections([
      job('young', { createdAt: 3 }),
      job('old', { createdAt: 1 }),
      job('urgent', { createdAt: 9, priority: 80 }),
    ]);
    assert.deepEqual(ids(waiting), ['urgent', 'old', 'young']);
    const ranked = sortIntoSections([
      job('urgent', { createdAt: 9, priority: 80, rank: 6 }),
      job('aged', { createdAt: 1, rank: 5 }),
      job('looked-at', { state: 'probing', createdAt: 10 }),
    ]);
    assert.deepEqual(ids(ranked.waiting), ['looked-at', 'aged', 'urgent']);
  });

  it('shows the newest result first, and keeps what runs in the order it began', () => {
    const { running, finished } = sortIntoSections([
      job('b', { state: 'running', startedAt: 2 }),
      job('a', { state: 'verifying', startedAt: 1 }),
      job('early', { state: 'done', endedAt: 10 }),
      job('late', { state: 'failed', endedAt: 20 }),
    ]);
    assert.deepEqual(ids(running), ['a', 'b']);
    assert.deepEqual(ids(finished), ['late', 'early']);
  });
});

describe('searchJobs', () => {
  const jobs = [
    job('one', { sources: [{ path: '/media/Shoot/Camera A.mov' }], worker: 'studio-7' }),
    job('two', { state: 'failed', preset: 'av1' }),
  ];

  it('finds by every word, in any field, whatever the case', () => {
    assert.deepEqual(ids(searchJobs(jobs, 'camera STUDIO')), ['one']);
    assert.deepEqual(ids(searchJobs(jobs, 'failed av1')), ['two']);
    assert.deepEqual(ids(searchJobs(jobs, 'camera av1')), []);
  });

  it('hides nothing for an empty search', () => {
    assert.deepEqual(ids(searchJobs(jobs, '  ')), ['one', 'two']);
  });
});

describe('sumUp', () => {
  const done = (source: number | undefined, result: number | undefined, endedAt = 0): StatusJob =>
    job('x', {
      state: 'done',
      endedAt,
      sources: [{ path: '/a', bytes: source }],
      outputs: [{ state: 'placed', path: '/b', bytes: result }],
    });

  it('counts from midnight on', () => {
    const jobs = [done(1, 1, 99), done(1, 1, 100), job('y', { state: 'failed', endedAt: 101 })];
    const { doneToday, failedToday } = sumUp(jobs, 100);
    assert.deepEqual({ doneToday, failedToday }, { doneToday: 1, failedToday: 1 });
  });

  it('adds up only results whose two sizes are known', () => {
    const jobs = [done(1000, 200), done(undefined, 5), done(7, undefined), done(10, 30)];
    const { savedBytes, sourceBytes, results } = sumUp(jobs, 0);
    assert.deepEqual(
      { savedBytes, sourceBytes, results },
      { savedBytes: 780, sourceBytes: 1010, results: 2 },
    );
  });

  it('does not count what was read by a job that failed', () => {
    assert.equal(sizesOf({ ...done(10, 5), state: 'failed' }), undefined);
  });

  it('adds up the length of the media that waits', () => {
    const waiting = job('w', { sources: [{ path: '/w', duration: 90 }] });
    const running = job('r', { state: 'running', sources: [{ path: '/r', duration: 50 }] });
    assert.equal(sumUp([waiting, running, job('unknown', {})], 0).waitingSeconds, 90);
  });
});

describe('endedSince', () => {
  it('names only jobs that were seen open before', () => {
    const before = [
      job('a', { state: 'running' }),
      job('b', { state: 'done' }),
      job('c', { state: 'waiting' }),
    ];
    const after = [
      job('a', { state: 'done' }),
      job('b', { state: 'done' }),
      job('c', { state: 'failed' }),
      job('d', { state: 'done' }),
    ];
    const { done, failed } = endedSince(before, after);
    assert.deepEqual([ids(done), ids(failed)], [['a'], ['c']]);
    assert.deepEqual(endedSince(undefined, after), { done: [], failed: [] });
  });
});
