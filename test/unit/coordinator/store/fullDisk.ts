import assert from 'node:assert/strict';
import type { Store } from '../../../../src/coordinator/store.ts';
import { DffmpegError } from '../../../../src/protocol/errors.ts';
import { storedJob } from '../fixtures.ts';
import type { ContractOptions } from './contract.ts';

export function describeFullDisk(given: () => Store, fill: NonNullable<ContractOptions['fill']>): void {
  it('answers a full disk with store-unavailable, keeps what it has, and goes on when there is room', async () => {
    const store = given();
    const big = (id: string) => storedJob(id, { sources: [{ path: `/${'y'.repeat(4000)}` }] });
    const kept = await store.submit(storedJob('kept'));
    const makeRoom = await fill(store);
    const ids = Array.from({ length: 40 }, (_, index) => `j${index}`);
    const results = await Promise.allSettled(ids.map((id) => store.submit(big(id))));
    for (const result of results) {
      assert.ok(result.status === 'rejected' && result.reason instanceof DffmpegError);
      assert.equal(result.reason.code, 'store-unavailable');
      assert.match(result.reason.message, /full/);
      assert.ok(result.reason.hint);
    }
    assert.deepEqual(
      (await store.jobs({ limit: 10 })).jobs.map(({ job }) => job.id),
      ['kept'],
      'nothing of the group is there, and what was there can be read',
    );
    assert.equal((await store.job('kept'))?.job.revision, kept.job.revision);
    assert.equal((await store.counts()).waiting, 1);
    await makeRoom();
    await Promise.all(ids.map((id) => store.submit(big(id))));
    assert.equal((await store.counts()).waiting, 41);
  });
}
