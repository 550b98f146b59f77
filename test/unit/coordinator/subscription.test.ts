import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Changes } from '../../../src/coordinator/changeFeed.ts';
import { Subscription, type SubscriptionOptions } from '../../../src/coordinator/subscription.ts';
import { noCounts, type JobState } from '../../../src/protocol/jobState.ts';
import { storedJob } from './fixtures.ts';
import { Harness } from './harness.ts';

describe('subscription', () => {
  it('begins with what runs, the head of what waits and the latest that ended, however many wait', async () => {
    const harness = await Harness.start();
    try {
      const submit = (id: string, state: JobState) => harness.store.submit(storedJob(id, { state }));
      for (let number = 10; number < 40; number += 1) await submit(`a${number}`, 'done');
      for (let number = 10; number < 60; number += 1) await submit(`b${number}`, 'waiting');
      await submit('c1', 'running');
      const { jobs, snapshot } = await harness
        .client()
        .peer.request('subscribe', { topics: ['jobs'], limit: 10 });
      assert.equal(snapshot, true);
      const waiting = Array.from({ length: 7 }, (_, index) => `b${10 + index}`);
      assert.deepEqual(
        jobs.map(({ id }) => id),
        ['c1', ...waiting, 'a39', 'a38'],
      );
    } finally {
      await harness.stop();
    }
  });

  it('answers who wants progress before the queue has been gone through for forecasts', async () => {
    const options = {
      store: {
        revision: () => Promise.resolve(1),
        jobs: () => Promise.resolve({ jobs: [storedJob('w1', { state: 'waiting' })] }),
        counts: () => Promise.resolve(noCounts),
      },
      feed: { follow: () => Promise.resolve(() => undefined) },
      fleet: { info: () => [] },
      progress: { listen: () => () => undefined },
      // As where a long queue takes its time.
      forecasts: { added: () => new Promise<never>(() => undefined), listen: () => () => undefined },
    } as unknown as SubscriptionOptions;
    const subscription = new Subscription(options, { emit: () => undefined }, ['jobs', 'progress']);
    const { jobs } = await subscription.begin({ limit: 10 });
    assert.deepEqual(
      jobs.map(({ id }) => id),
      ['w1'],
    );
    subscription.end();
  });

  it('tells only what its answer did not hold, also where one batch holds both', async () => {
    let tell: (changes: Changes) => void = () => undefined;
    const changes = (...revisions: number[]): Changes => ({
      jobs: revisions.map((revision) => storedJob(`j${revision}`, { revision })),
      removed: [],
      cursor: revisions.at(-1) ?? 0,
    });
    const counts = noCounts;
    const options = {
      store: {
        revision: () => {
          // A batch that overlaps the snapshot comes while that is read.
          tell(changes(4, 5, 6));
          return Promise.resolve(5);
        },
        jobs: () => Promise.resolve({ jobs: [...changes(4, 5).jobs] }),
        counts: () => Promise.resolve(counts),
      },
      feed: {
        follow: (follower: typeof tell) => {
          tell = follower;
          return Promise.resolve(() => undefined);
        },
      },
      fleet: { info: () => [] },
      forecasts: { added: (jobs: unknown[]) => Promise.resolve(jobs) },
    } as unknown as SubscriptionOptions;
    const told: unknown[] = [];
    const subscription = new Subscription(options, { emit: (_, payload) => told.push(payload) }, ['jobs']);
    const begun = await subscription.begin({ limit: 10 });
    assert.equal(begun.cursor, 5);
    assert.deepEqual(told, [], 'nothing before the answer');
    await nextTurn();
    tell(changes(5, 6));
    tell(changes(6, 7));
    const ids = told.map((payload) => (payload as { jobs: { id: string }[] }).jobs.map(({ id }) => id));
    assert.deepEqual(ids, [['j6'], ['j7']]);
    subscription.end();
    tell(changes(8));
    assert.equal(told.length, 2);
  });
});
