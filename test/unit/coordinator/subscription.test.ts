import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Changes } from '../../../src/coordinator/changeFeed.ts';
import { Subscription, type SubscriptionOptions } from '../../../src/coordinator/subscription.ts';
import { storedJob } from './fixtures.ts';
import { noCounts } from '../../../src/protocol/jobState.ts';

describe('subscription', () => {
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
