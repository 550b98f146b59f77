import assert from 'node:assert/strict';
import type { FakeWorker, Offer } from './fakeWorker.ts';
import { submission } from './fixtures.ts';
import { Harness, turns, type FakeClient } from './harness.ts';

/** Of a worker on another machine: it goes on while nobody hears of it. */
describe('coordinator: a lost connection', () => {
  let harness: Harness;
  let client: FakeClient;

  beforeEach(async () => {
    harness = await Harness.start();
    client = await harness.subscribed();
    // The machine that has the files looks at them.
    const here = harness.worker();
    here.holdsFiles();
    await here.register({ id: 'here', local: true, slots: { cpu: 0, probe: 4 } });
  });
  afterEach(() => harness.stop());

  async function remote(running: Parameters<FakeWorker['register']>[1] = []) {
    const worker = harness.worker('w1');
    const { stop } = await worker.register({ id: 'w1', local: false }, running);
    return { worker, stop };
  }

  /** A job that it encodes, and then its connection is lost. */
  async function cutOff(): Promise<{ id: string; offer: Offer }> {
    const { worker } = await remote();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    const offer = await worker.encode();
    await worker.start(offer);
    worker.peer.close();
    await client.job(id, ({ reason }) => reason?.code === 'worker-lost');
    return { id, offer };
  }

  it('is said, and ends nothing where the worker comes back in time', async () => {
    const { id, offer } = await cutOff();
    const lost = (await client.peer.request('jobs.get', { id })).job;
    assert.equal(lost.state, 'running');
    assert.match(lost.reason?.message ?? '', /connection to .* is lost\. It has \d+ seconds to come back/);
    harness.timers.advance(harness.settings.lostWorkerMs - 1);
    const { worker, stop } = await remote([offer]);
    assert.deepEqual(stop, []);
    await client.job(id, ({ reason }) => reason === undefined);
    harness.timers.advance(harness.settings.lostWorkerMs);
    await worker.handOver(offer);
    const { attempts } = await client.job(id, ({ state }) => state === 'done');
    assert.deepEqual(
      attempts.filter(({ kind }) => kind === 'encode').map(({ fence }) => fence),
      [offer.fence],
    );
    assert.deepEqual(harness.errors, []);
  });

  it('puts the job back into the queue when its time is over; who then comes back is told to stop', async () => {
    const { id, offer } = await cutOff();
    harness.timers.advance(harness.settings.lostWorkerMs);
    const waiting = await client.job(id, ({ state }) => state === 'waiting');
    assert.match(waiting.attempts.at(-1)?.error?.message ?? '', /was lost, and it did not come back/);
    const { worker, stop } = await remote([offer]);
    assert.deepEqual(stop, [{ taskId: offer.taskId, fence: offer.fence }]);
    const again = await worker.encode();
    assert.ok(again.fence > offer.fence);
    await assert.rejects(worker.handOver(offer), { code: 'fence-void' });
    await worker.handOver(again);
    await client.job(id, ({ state }) => state === 'done');
  });

  it('begins anew at once where the worker comes back without what it ran', async () => {
    const { id, offer } = await cutOff();
    const { worker } = await remote();
    const again = await worker.encode();
    assert.ok(again.fence > offer.fence);
    const { attempts } = (await client.peer.request('jobs.get', { id })).job;
    const error = attempts.find(({ fence }) => fence === offer.fence)?.error;
    assert.match(error?.message ?? '', /was started anew while this ran/);
  });

  it('keeps what it runs also where it connects anew before its old connection is seen to be gone', async () => {
    const { worker } = await remote();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    const offer = await worker.encode();
    await worker.start(offer);
    const { worker: anew, stop } = await remote([offer]);
    assert.deepEqual(stop, []);
    await turns();
    await anew.handOver(offer);
    await client.job(id, ({ state }) => state === 'done');
  });
});
