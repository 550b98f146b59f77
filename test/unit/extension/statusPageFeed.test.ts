import assert from 'node:assert/strict';
import type { Disposable } from '../../../src/extension/model/emitter.ts';
import { Emitter } from '../../../src/extension/model/emitter.ts';
import { JobBoard } from '../../../src/extension/model/jobBoard.ts';
import { StatusPageFeed, type StatusLink } from '../../../src/extension/statusPageFeed.ts';
import { LoadHistory, loadWindow } from '../../../src/extension/statusPageLoad.ts';
import type { Job, Load, WorkerInfo } from '../../../src/protocol/model.ts';
import { hostMessageSchema, type HostMessage } from '../../../src/protocol/statusPageContract.ts';
import { noCounts } from '../../../src/protocol/jobState.ts';

const counts = { ...noCounts, running: 1 };

function runningJob(id: string, revision = 1): Job {
  return {
    id,
    revision,
    state: 'running',
    suspended: false,
    onSuccess: 'keep',
    preset: 'web',
    presetData: { container: 'mp4', video: { encoders: ['libx264'] } },
    priority: 50,
    attached: false,
    sources: [{ path: '/clip.mp4' }],
    outputs: [],
    attempts: [
      {
        taskId: 't',
        kind: 'encode',
        fence: 1,
        worker: 'studio-7',
        state: 'running',
        argv: ['ffmpeg'],
        startedAt: 1,
      },
    ],
    createdAt: 1,
    startedAt: 1,
  };
}

function worker(load?: Load): WorkerInfo {
  return {
    id: 'w1',
    name: 'studio-7',
    local: true,
    platform: 'linux',
    arch: 'x64',
    cores: 2,
    ffmpeg: { state: 'checking' },
    capabilities: {
      libx264: { usable: true, pixelFormats: [] },
      h264_nvenc: { usable: false, refusal: 'no' },
    },
    slots: { cpu: 1 },
    running: [],
    labels: [],
    mounts: [],
    drained: false,
    connected: true,
    load,
  };
}

/** A clock that a test moves by hand. */
class HandTimers {
  #callbacks = new Set<() => void>();

  readonly set = (callback: () => void): Disposable => {
    this.#callbacks.add(callback);
    return { dispose: () => this.#callbacks.delete(callback) };
  };

  fire(): void {
    const due = [...this.#callbacks];
    this.#callbacks.clear();
    for (const callback of due) callback();
  }
}

function setUp() {
  const board = new JobBoard();
  const link = { now: { kind: 'connecting' } as StatusLink, changed: new Emitter<undefined>() };
  const timers = new HandTimers();
  const sent: HostMessage[] = [];
  const source = { board, link: () => link.now, onDidChangeLink: link.changed.event };
  const feed = new StatusPageFeed(source, new LoadHistory(), (message) => sent.push(message), timers);
  const sinceLast = (): HostMessage[] => sent.splice(0);
  return { board, link, timers, feed, sinceLast };
}

const types = (messages: readonly HostMessage[]): string[] => messages.map(({ type }) => type);

describe('StatusPageFeed', () => {
  it('tells everything once when the page is ready, in messages that fit the contract', () => {
    const { sinceLast } = setUp();
    const messages = sinceLast();
    assert.deepEqual(types(messages), ['connection', 'workers', 'load', 'jobs', 'progress']);
    for (const message of messages) hostMessageSchema.parse(message);
  });

  it('sends the first change at once and the next ones together', () => {
    const { board, timers, sinceLast } = setUp();
    sinceLast();
    board.applyJobs([runningJob('a')]);
    assert.deepEqual(types(sinceLast()), ['jobs']);
    for (const fraction of [0.1, 0.2, 0.3]) board.applyProgress([{ jobId: 'a', fence: 1, fraction }]);
    assert.deepEqual(sinceLast(), []);
    timers.fire();
    assert.deepEqual(sinceLast(), [
      { type: 'progress', progress: [{ jobId: 'a', fence: 1, fraction: 0.3 }] },
    ]);
  });

  it('sends no command lines and no preset data, but the worker’s name', () => {
    const { board, timers, sinceLast } = setUp();
    board.applySnapshot({ jobs: [runningJob('a')], workers: [worker()], counts });
    timers.fire();
    const messages = sinceLast();
    assert.ok(!JSON.stringify(messages).includes('"argv"'));
    assert.ok(!JSON.stringify(messages).includes('"presetData"'));
    const jobs = messages.findLast((message) => message.type === 'jobs');
    assert.equal(jobs?.type === 'jobs' && jobs.jobs[0]?.worker, 'studio-7');
    const workers = messages.findLast((message) => message.type === 'workers');
    assert.deepEqual(workers?.type === 'workers' && workers.workers[0]?.encoders, ['libx264']);
  });

  it('says why the daemon cannot be reached', () => {
    const { link, sinceLast } = setUp();
    sinceLast();
    link.now = { kind: 'failed', code: 'node-missing', message: 'No Node.', hint: 'Install it.' };
    link.changed.fire(undefined);
    assert.deepEqual(sinceLast(), [
      {
        type: 'connection',
        connection: {
          state: 'failed',
          error: { code: 'node-missing', message: 'No Node.', hint: 'Install it.' },
        },
      },
    ]);
  });

  it('is silent once it is disposed of', () => {
    const { board, link, timers, feed, sinceLast } = setUp();
    sinceLast();
    board.applyJobs([runningJob('a')]);
    sinceLast();
    board.applyJobs([runningJob('a', 2)]);
    feed.dispose();
    timers.fire();
    link.changed.fire(undefined);
    assert.deepEqual(sinceLast(), []);
  });
});

describe('LoadHistory', () => {
  const load = (at: number): Load => ({ cpu: 0.5, memoryUsed: 1, memoryTotal: 2, at });

  it('keeps each sample once, and not for longer than the charts show', () => {
    const history = new LoadHistory();
    for (const at of [0, 2000, loadWindow, loadWindow, loadWindow + 2000]) history.add([worker(load(at))]);
    assert.deepEqual(history.all()[0]?.at, [loadWindow, loadWindow + 2000]);
  });

  it('stays small however often samples come', () => {
    const history = new LoadHistory();
    for (let at = 0; at < 1000; at += 1) history.add([worker(load(at))]);
    assert.equal(history.all()[0]?.at.length, 150);
    assert.equal(history.all()[0]?.at.at(-1), 999);
  });

  it('forgets a worker that is gone, and keeps one that is not measured now', () => {
    const history = new LoadHistory();
    history.add([worker(load(1))]);
    history.add([worker()]);
    assert.equal(history.all().length, 1);
    history.add([]);
    assert.equal(history.all().length, 0);
  });
});
