import assert from 'node:assert/strict';
import { Announcer } from '../../../src/webview/announcer.ts';
import { problemOf } from '../../../src/webview/banner.ts';
import { loadColumns } from '../../../src/webview/loadData.ts';
import { emptyPageState, isQueueKnown, reducePageState } from '../../../src/webview/pageState.ts';
import { sparklinePoints } from '../../../src/webview/sparkline.ts';
import { allMessages, counts, job, progress, workers } from '../../browser/statusPage/states.ts';

describe('reducePageState', () => {
  it('is the same for any repeat of a snapshot, and forgets what a newer one leaves out', () => {
    const messages = allMessages(1e9);
    const once = messages.reduce(reducePageState, emptyPageState);
    assert.deepEqual([...messages, ...messages].reduce(reducePageState, emptyPageState), once);
    assert.equal(reducePageState(once, { type: 'progress', progress: [] }).progress.size, 0);
    assert.equal(once.progress.get('interview')?.fraction, progress()[0]?.fraction);
  });

  it('does not take the empty lists of a daemon that has not answered for an empty queue', () => {
    const jobs = reducePageState(emptyPageState, { type: 'jobs', jobs: [], counts });
    assert.equal(isQueueKnown(emptyPageState), false);
    assert.equal(isQueueKnown(jobs), false);
    assert.equal(isQueueKnown({ ...jobs, connection: { state: 'ready' } }), true);
    assert.equal(isQueueKnown({ ...jobs, jobs: [job('a', {})] }), true, 'a reconnection hides nothing');
  });
});

describe('problemOf', () => {
  it('offers what mends it', () => {
    const error = { code: 'ffmpeg-missing', message: 'No ffmpeg.' } as const;
    const without = workers.map((worker) => ({ ...worker, ffmpeg: { state: 'missing' as const, error } }));
    assert.equal(problemOf(emptyPageState), undefined);
    assert.equal(problemOf({ ...emptyPageState, workers }), undefined);
    const problem = problemOf({ ...emptyPageState, workers: without });
    assert.deepEqual(
      problem?.remedies.map(({ action }) => action),
      ['installFfmpeg'],
    );
    const remote = without.map((worker) => ({ ...worker, local: false }));
    assert.equal(
      problemOf({ ...emptyPageState, workers: remote }),
      undefined,
      'another machine is not mended here',
    );
  });
});

describe('loadColumns', () => {
  const series = (at: number[]) => ({
    workerId: 'w',
    at,
    cpu: at.map(() => 0.5),
    memoryUsed: at.map(() => 25),
    memoryTotal: 100,
  });

  it('counts seconds back from the newest sample, in percent', () => {
    assert.deepEqual(loadColumns(series([1000, 3000])), [
      [-2, 0],
      [50, 50],
      [25, 25],
    ]);
  });

  it('breaks the line where nothing was measured', () => {
    assert.deepEqual(loadColumns(series([0, 60_000]))[1], [50, null, 50]);
  });

  it('leaves out what is too old, and draws nothing of nothing', () => {
    assert.deepEqual(loadColumns(series([0, 301_000]))[0], [0]);
    assert.deepEqual(loadColumns(series([])), [[], [], []]);
  });

  it('draws no memory of a worker that does not know how much it has', () => {
    assert.deepEqual(loadColumns({ ...series([0]), memoryTotal: 0 })[2], [null]);
  });
});

describe('sparklinePoints', () => {
  it('ends at the right edge, and stays inside', () => {
    const points = sparklinePoints([0, 5, 10])
      .split(' ')
      .map((pair) => pair.split(',').map(Number));
    assert.equal(points.at(-1)?.[0], 120);
    for (const [, y] of points) assert.ok(y !== undefined && y >= 0 && y <= 24);
    assert.ok(!sparklinePoints([0, 0]).includes('NaN'));
  });
});

describe('Announcer', () => {
  it('speaks at once, then at most once a period, with what came in between', () => {
    const spoken: string[] = [];
    let wake: (() => void) | undefined;
    const announcer = new Announcer({
      speak: (text) => spoken.push(text),
      later: (callback) => (wake = callback),
    });
    for (const sentence of ['One.', 'Two.', 'Three.', 'Four.', 'Five.']) announcer.say(sentence);
    assert.deepEqual(spoken, ['One.']);
    wake?.();
    assert.deepEqual(spoken, ['One.', 'Two. Three. And 2 more.']);
    wake?.();
    announcer.say('Six.');
    assert.equal(spoken.at(-1), 'Six.');
  });
});
