import assert from 'node:assert/strict';
import { noCounts } from '../../../../src/protocol/jobState.ts';
import type { Store } from '../../../../src/coordinator/store.ts';
import { changeOf, storedJob } from '../fixtures.ts';
import type { OpenStore } from './contract.ts';

export function describeRemoval(given: () => OpenStore): void {
  describe('removal', () => {
    let store: Store;

    beforeEach(async () => {
      ({ store } = given());
      for (const [id, endedAt] of [
        ['a', 30],
        ['b', 10],
        ['c', undefined],
        ['d', 20],
        ['e', 20],
      ] as const)
        await store.submit(storedJob(id, endedAt ? { state: 'done', endedAt } : {}));
    });

    const ids = (jobs: readonly { id: string }[]): string => jobs.map(({ id }) => id).join('');

    it('lists what has ended, the longest ended first, in pages', async () => {
      assert.equal(ids(await store.ended({ limit: 9 })), 'bdea');
      assert.equal(ids(await store.ended({ limit: 9, before: 30 })), 'bde');
      const [, second] = await store.ended({ limit: 2 });
      assert.equal(second?.id, 'd');
      assert.equal(ids(await store.ended({ limit: 2, after: { id: 'd', endedAt: 20 } })), 'ea');
    });

    it('removes a job with all that belongs to it, and tells who follows the changes', async () => {
      const [b, d] = await store.ended({ limit: 2 });
      assert.ok(b && d);
      const name = { path: '/x', normalised: '/x' };
      const attempt = { taskId: 'b-probe', jobId: 'b', kind: 'probe', fence: 1, workerId: 'w' } as const;
      const newAttempts = [{ ...attempt, worker: 'w', state: 'running' as const, startedAt: 1 }];
      const revision = await store.write(changeOf(b, {}, { reservations: [name], newAttempts }));
      const before = await store.revision();
      assert.deepEqual(await store.remove([{ id: 'b', revision }, d]), ['b', 'd']);
      assert.equal(await store.job('b'), undefined);
      assert.deepEqual(await store.underWay(), []);
      assert.deepEqual(await store.reserved(['/x'], 'a'), []);
      assert.deepEqual(await store.counts(), { ...noCounts, waiting: 1, done: 2 });
      const changes = await store.changesSince(before, 10);
      assert.deepEqual([changes.jobs, changes.removed, changes.gap], [[], ['b', 'd'], false]);
      assert.ok(changes.cursor > before);
      assert.deepEqual((await store.changesSince(changes.cursor, 10)).removed, []);
      store = await given().reopen();
      assert.deepEqual((await store.changesSince(before, 10)).removed, ['b', 'd']);
    });

    it('leaves what has changed meanwhile', async () => {
      const [b, d] = await store.ended({ limit: 2 });
      assert.ok(b && d);
      await store.write(changeOf(b, { state: 'accepted', endedAt: undefined }));
      assert.deepEqual(await store.remove([b, d]), ['d']);
      assert.equal((await store.job('b'))?.job.state, 'accepted');
      assert.deepEqual(await store.counts(), { ...noCounts, waiting: 2, done: 2 });
    });

    it('says to a cursor that is too old that it cannot know of every removal', async () => {
      const begun = await store.revision();
      for (let left = 405; left > 0; left -= 1) {
        const { job } = await store.submit(storedJob(`x${left}`, { state: 'failed', endedAt: 1 }));
        await store.remove([job]);
      }
      const late = await store.changesSince(begun, 1_000);
      assert.equal(late.gap, true);
      assert.equal((await store.changesSince(late.cursor, 10)).gap, false);
      assert.ok(late.removed.length >= 400);
    });
  });
}
