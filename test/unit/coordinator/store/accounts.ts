import assert from 'node:assert/strict';
import type { Store } from '../../../../src/coordinator/store.ts';
import type { IdentityRecord } from '../../../../src/coordinator/store/identityRecords.ts';
import { storedJob } from '../fixtures.ts';
import type { OpenStore } from './contract.ts';

export function describeAccounts(given: () => OpenStore): void {
  describe('identities', () => {
    let store: Store;

    beforeEach(() => {
      ({ store } = given());
    });

    const node: IdentityRecord = {
      ...{ id: 'node', name: 'Node “1”', role: 'worker', ranges: ['192.0.2.0/24', '2001:db8::/32'] },
      ...{ sealedKey: 'sealed-1', disabled: false, createdAt: 1_763_690_000_000 },
    };
    const desk: IdentityRecord = { ...node, id: 'desk', role: 'client', ranges: [], sealedKey: 'sealed-2' };
    const keys = async (): Promise<string[]> => (await store.identities()).map(({ sealedKey }) => sealedKey);

    it('keeps them, by id, also over a restart', async () => {
      await store.addIdentity(node);
      await store.addIdentity(desk);
      store = await given().reopen();
      assert.deepEqual(clean(await store.identities()), [desk, node]);
      assert.deepEqual(clean(await store.identity('node')), node);
      assert.equal(await store.identity('nobody'), undefined);
    });

    it('has one of each id, and takes nothing else back when a second one is refused', async () => {
      const [first, second, job] = await Promise.allSettled([
        store.addIdentity(node),
        store.addIdentity({ ...desk, id: 'node' }),
        store.submit(storedJob('a')),
      ]);
      assert.deepEqual([first.status, second.status, job.status], ['fulfilled', 'rejected', 'fulfilled']);
      await assert.rejects(store.addIdentity(node), { code: 'conflict' });
      assert.deepEqual(clean(await store.identities()), [node]);
    });

    it('changes what is named, and says when there is nobody', async () => {
      await store.addIdentity(node);
      const scoped = await store.changeIdentity('node', { ranges: [] });
      assert.deepEqual(clean(scoped), { ...node, ranges: [] });
      const changed = await store.changeIdentity('node', { disabled: true, sealedKey: 'sealed-3' });
      assert.deepEqual(clean(changed), { ...node, ranges: [], disabled: true, sealedKey: 'sealed-3' });
      assert.deepEqual(clean(await store.changeIdentity('node', {})), clean(changed));
      assert.equal(await store.changeIdentity('nobody', { disabled: true }), undefined);
    });

    it('knows when one was there last, and forgets who is removed', async () => {
      await store.addIdentity(node);
      await store.sawIdentity('node', 5);
      await store.sawIdentity('nobody', 5);
      assert.equal((await store.identity('node'))?.lastSeenAt, 5);
      assert.equal(await store.removeIdentity('node'), true);
      assert.equal(await store.removeIdentity('node'), false);
      assert.deepEqual(await store.identities(), []);
    });

    it('seals all keys anew, or none', async () => {
      await store.addIdentity(node);
      await store.addIdentity(desk);
      const reseal = (id: string, from: string) => ({ id, from, to: `new-${id}` });
      await store.resealIdentities([reseal('node', 'sealed-1'), reseal('desk', 'sealed-2')]);
      assert.deepEqual(await keys(), ['new-desk', 'new-node']);
      for (const wrong of [
        [reseal('node', 'new-node')],
        [reseal('node', 'new-node'), reseal('desk', 'sealed-2')],
        [reseal('node', 'new-node'), reseal('gone', 'new-desk')],
        [reseal('node', 'new-node'), reseal('desk', 'new-desk'), reseal('more', 'x')],
      ])
        await assert.rejects(store.resealIdentities(wrong.map((each) => ({ ...each, to: 'other' }))), {
          code: 'conflict',
        });
      assert.deepEqual(await keys(), ['new-desk', 'new-node']);
    });
  });
}

/** Without the fields that are there and undefined. */
function clean(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
