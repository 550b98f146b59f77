import assert from 'node:assert/strict';
import type { Store } from '../../../../src/coordinator/store.ts';
import type { WorkerRecord } from '../../../../src/coordinator/store/workerRecords.ts';
import { describeWorker } from '../fakeWorker.ts';
import type { OpenStore } from './contract.ts';

export function describeWorkers(given: () => OpenStore): void {
  describe('known workers', () => {
    let store: Store;

    beforeEach(() => {
      ({ store } = given());
    });

    const node: WorkerRecord = {
      ...{ id: 'node', drained: true, labels: ['gpu'], lastSeenAt: 5 },
      description: describeWorker({ id: 'node', name: 'Node “1”', local: false }),
    };
    const kept = async (): Promise<unknown> => JSON.parse(JSON.stringify(await store.knownWorkers()));

    it('keeps them, by id, also over a restart', async () => {
      await store.keepWorker(node);
      await store.keepWorker({ id: 'desk', drained: false, labels: [] });
      store = await given().reopen();
      assert.deepEqual(await kept(), [{ id: 'desk', drained: false, labels: [] }, node]);
    });

    it('has one of each id, and forgets', async () => {
      await store.keepWorker(node);
      await store.keepWorker({ ...node, drained: false });
      assert.deepEqual(await kept(), [{ ...node, drained: false }]);
      await store.forgetWorker('node');
      await store.forgetWorker('nobody');
      assert.deepEqual(await kept(), []);
    });
  });
}
