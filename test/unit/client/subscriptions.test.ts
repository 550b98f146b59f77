import assert from 'node:assert/strict';
import type { SubscriptionListeners } from '../../../src/client/subscriptions.ts';
import { Subscriptions } from '../../../src/client/subscriptions.ts';
import type { ClientMethods } from '../../../src/protocol/clientContract.ts';
import type { Params, Result } from '../../../src/protocol/contract.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { Job } from '../../../src/protocol/model.ts';
import { settled } from '../protocol/conversation.ts';
import { noCounts } from '../../../src/protocol/jobState.ts';

type Answer = Result<ClientMethods['subscribe']>;

const counts = noCounts;
const job = (id: string, revision: number): Job => ({ id, revision }) as Job;
const answer = (cursor: number, snapshot: boolean, jobs: Job[] = []): Answer => ({
  snapshot,
  jobs,
  removed: [],
  cursor,
  workers: [],
  counts,
});

/** A daemon that a test answers for. */
function fakeDaemon() {
  const asked: { params: Params<ClientMethods['subscribe']>; answer: (with_: Answer | Error) => void }[] = [];
  const ask = (params: Params<ClientMethods['subscribe']>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      asked.push({
        params,
        answer: (with_) => {
          if (with_ instanceof Error) reject(with_);
          else resolve(with_);
        },
      });
    });
  return { asked, ask };
}

function view() {
  const seen: string[] = [];
  const listeners: SubscriptionListeners = {
    onSnapshot: ({ jobs }) => seen.push(`snapshot ${jobs.map(({ id }) => id).join()}`),
    onJobs: (jobs) => seen.push(`jobs ${jobs.map(({ id }) => id).join()}`),
    onProgress: (progress) => seen.push(`progress ${progress.length}`),
    onCounts: () => seen.push('counts'),
  };
  return { seen, listeners };
}

describe('subscriptions', () => {
  it('bring a snapshot, then what changes', async () => {
    const daemon = fakeDaemon();
    const subscriptions = new Subscriptions(assert.fail);
    const { seen, listeners } = view();
    subscriptions.add(['jobs'], listeners);
    subscriptions.connected(daemon.ask);
    daemon.asked[0]?.answer(answer(5, true, [job('a', 5)]));
    await settled();
    subscriptions.listeners['jobs.changed']({ jobs: [job('b', 6)], removed: [], cursor: 6 });
    subscriptions.listeners['counts.changed'](counts);
    assert.deepEqual(seen, ['snapshot a', 'jobs b']);
    assert.deepEqual(daemon.asked[0]?.params, { topics: ['jobs'], since: undefined });
  });

  it('resume from the last change after a reconnection', async () => {
    const daemon = fakeDaemon();
    const subscriptions = new Subscriptions(assert.fail);
    const { seen, listeners } = view();
    subscriptions.add(['jobs', 'counts'], listeners);
    subscriptions.connected(daemon.ask);
    daemon.asked[0]?.answer(answer(5, true));
    await settled();
    subscriptions.listeners['jobs.changed']({ jobs: [job('b', 9)], removed: [], cursor: 9 });
    subscriptions.disconnected();
    subscriptions.connected(daemon.ask);
    assert.equal(daemon.asked[1]?.params.since, 9);
    daemon.asked[1]?.answer(answer(12, false, [job('c', 12)]));
    await settled();
    assert.deepEqual(seen, ['snapshot ', 'jobs b', 'jobs c', 'counts']);
  });

  it('deliver events that overtake the answer after it, and drop those it holds already', async () => {
    const daemon = fakeDaemon();
    const subscriptions = new Subscriptions(assert.fail);
    const { seen, listeners } = view();
    subscriptions.add(['jobs'], listeners);
    subscriptions.connected(daemon.ask);
    subscriptions.listeners['jobs.changed']({ jobs: [job('old', 4)], removed: [], cursor: 4 });
    daemon.asked[0]?.answer(answer(5, true, [job('a', 5)]));
    subscriptions.listeners['jobs.changed']({ jobs: [job('new', 6)], removed: [], cursor: 6 });
    await settled();
    assert.deepEqual(seen, ['snapshot a', 'jobs new']);
  });

  it('merge topics; a view that joins brings a snapshot to all, one that leaves takes its topics along', async () => {
    const daemon = fakeDaemon();
    const subscriptions = new Subscriptions(assert.fail);
    const one = view();
    const other = view();
    subscriptions.connected(daemon.ask);
    subscriptions.add(['jobs'], one.listeners);
    daemon.asked[0]?.answer(answer(1, true));
    await settled();
    const second = subscriptions.add(['progress'], other.listeners);
    assert.deepEqual(daemon.asked[1]?.params, { topics: ['jobs', 'progress'], since: undefined });
    daemon.asked[1]?.answer(answer(2, true));
    await settled();
    subscriptions.listeners['jobs.progress']({ progress: [] });
    second.close();
    assert.deepEqual(daemon.asked[2]?.params, { topics: ['jobs'], since: 2 });
    assert.deepEqual(one.seen, ['snapshot ', 'snapshot ']);
    assert.deepEqual(other.seen, ['snapshot ', 'progress 0']);
  });

  it('of an answer that was overtaken by a newer question are not delivered', async () => {
    const daemon = fakeDaemon();
    const subscriptions = new Subscriptions(assert.fail);
    const { seen, listeners } = view();
    subscriptions.connected(daemon.ask);
    subscriptions.add(['jobs'], listeners);
    subscriptions.add(['counts'], {});
    daemon.asked[1]?.answer(answer(2, true, [job('b', 2)]));
    daemon.asked[0]?.answer(answer(1, true, [job('a', 1)]));
    await settled();
    assert.deepEqual(seen, ['snapshot b']);
  });

  it('report a view that throws, and serve the others', async () => {
    const daemon = fakeDaemon();
    const errors: DffmpegError[] = [];
    const subscriptions = new Subscriptions((error) => errors.push(error));
    const { seen, listeners } = view();
    subscriptions.connected(daemon.ask);
    subscriptions.add(['jobs'], {
      onSnapshot: () => {
        throw new Error('boom');
      },
    });
    subscriptions.add(['jobs'], listeners);
    daemon.asked[1]?.answer(answer(1, true));
    await settled();
    assert.equal(errors.length, 1);
    assert.deepEqual(seen, ['snapshot ']);
  });

  it('that fail are reported, a lost connection is not', async () => {
    const daemon = fakeDaemon();
    const errors: DffmpegError[] = [];
    const subscriptions = new Subscriptions((error) => errors.push(error));
    subscriptions.connected(daemon.ask);
    subscriptions.add(['jobs'], {});
    daemon.asked[0]?.answer(new DffmpegError('disconnected', 'gone'));
    await settled();
    assert.equal(errors.length, 0);
    subscriptions.add(['jobs'], {});
    daemon.asked[1]?.answer(new DffmpegError('internal', 'x'));
    await settled();
    assert.equal(errors.length, 1);
  });
});
