import assert from 'node:assert/strict';
import { jobStates, noCounts, type JobState } from '../../../../src/protocol/jobState.ts';
import type { Counts } from '../../../../src/protocol/model.ts';
import type { Store } from '../../../../src/coordinator/store.ts';
import { changeOf, storedJob } from '../fixtures.ts';
import type { OpenStore } from './contract.ts';

/** Said a second time, independently of the store. */
const shownAs: Readonly<Record<JobState, Exclude<keyof Counts, 'queuePaused'>>> = {
  ...{ accepted: 'waiting', probing: 'waiting', planned: 'waiting', waiting: 'waiting', paused: 'paused' },
  ...{ running: 'running', verifying: 'running', committing: 'running' },
  ...{ done: 'done', failed: 'failed', cancelled: 'cancelled' },
};

export function describeCounts(given: () => OpenStore): void {
  describe('counts', () => {
    it('are what a recount gives, through conflicts, repeats and a restart', async () => {
      let { store } = given();
      const ids = Array.from({ length: 40 }, (_, index) => `j${index}`);
      await Promise.all(ids.map((id, index) => store.submit(storedJob(id, { state: stateNumber(index) }))));
      assert.deepEqual(await store.counts(), await recount(store));
      for (let round = 0; round < 6; round += 1) {
        const before = await Promise.all(ids.map((id) => store.job(id)));
        const writes = before.flatMap((stored, index) => {
          if (!stored) return [];
          const change = changeOf(stored.job, { state: stateNumber(index * 7 + round * 3) });
          // Some are written twice from the same state: one of both is refused, and must not be counted.
          return index % 3 === 0 ? [store.write(change), store.write(change)] : [store.write(change)];
        });
        const repeats = ids.slice(0, 3).map((id) => store.submit(storedJob(id)));
        const results = await Promise.allSettled([...writes, ...repeats]);
        assert.equal(results.filter(({ status }) => status === 'rejected').length, 14);
        assert.deepEqual(await store.counts(), await recount(store));
      }
      store = await given().reopen();
      assert.deepEqual(await store.counts(), await recount(store));
    });

    it('keep when the clock was seen, beside the numbers of jobs', async () => {
      let { store } = given();
      assert.equal(await store.clockSeen(), undefined);
      for (const at of [1_800_000_000_000, 1_700_000_000_000]) {
        await store.keepClockSeen({ at, doubtedUntil: at + 1 });
        assert.deepEqual(await store.clockSeen(), { at, doubtedUntil: at + 1 });
      }
      store = await given().reopen();
      assert.equal((await store.clockSeen())?.at, 1_700_000_000_000);
      assert.deepEqual(await store.counts(), noCounts);
    });

    it('say whether the queue is paused, also after a restart', async () => {
      let { store } = given();
      const before = await store.revision();
      await store.pauseQueue(true);
      assert.ok((await store.revision()) > before, 'who follows the changes hears of it');
      store = await given().reopen();
      assert.equal(await store.queuePaused(), true);
      assert.deepEqual(await store.counts(), { ...noCounts, queuePaused: true });
      await store.pauseQueue(false);
      assert.equal((await store.counts()).queuePaused, false);
    });
  });
}

function stateNumber(index: number): JobState {
  return jobStates[index % jobStates.length]!;
}

async function recount(store: Store): Promise<Counts> {
  const counts = { ...noCounts };
  let after: string | undefined;
  do {
    const page = await store.jobs({ limit: 7, after });
    for (const { job } of page.jobs) counts[shownAs[job.state]] += 1;
    after = page.next;
  } while (after !== undefined);
  return counts;
}
