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

  async function remote(running: Parameters<FakeWorker['register']>[1] = [], id = 'w1') {
    const worker = harness.worker(id);
    const { stop } = await worker.register({ id, local: false }, running);
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

  it('lets it know what people have paused, or let go on, when it is back', async () => {
    const { id, offer } = await cutOff();
    const { taskId, fence } = offer;
    await client.peer.request('jobs.pause', { id });
    const { worker } = await remote([offer]);
    await worker.until(() => worker.asked.length > 0);
    assert.deepEqual(worker.asked, [{ method: 'task.suspend', params: { taskId, fence, suspended: true } }]);
    worker.peer.close();
    await turns();
    await client.peer.request('jobs.resume', { id });
    const { worker: again } = await remote([offer]);
    await again.until(() => again.asked.length > 0);
    assert.deepEqual(again.asked, [{ method: 'task.suspend', params: { taskId, fence, suspended: false } }]);
  });

  it('puts the job back into the queue when its time is over; who then comes back is told to stop', async () => {
    const { id, offer } = await cutOff();
    const { worker: other } = await remote([], 'w2');
    harness.timers.advance(harness.settings.lostWorkerMs);
    const again = await other.encode();
    assert.ok(again.fence > offer.fence);
    const { attempts } = (await client.peer.request('jobs.get', { id })).job;
    const error = attempts.find(({ fence }) => fence === offer.fence)?.error;
    assert.match(error?.message ?? '', /was lost, and it did not come back/);
    const { worker, stop } = await remote([offer]);
    assert.deepEqual(stop, [{ taskId: offer.taskId, fence: offer.fence }]);
    await assert.rejects(worker.handOver(offer), { code: 'fence-void' });
    await other.handOver(again);
    await client.job(id, ({ state }) => state === 'done');
  });

  it('lets it go on for as long as nobody else could take its task', async () => {
    const { id, offer } = await cutOff();
    harness.timers.advance(harness.settings.lostWorkerMs);
    const awaited = await client.job(id, ({ reason }) => /no other worker/.test(reason?.message ?? ''));
    assert.equal(awaited.state, 'running');
    // Looked at anew each time.
    for (let looks = 0; looks < 3; looks += 1) {
      harness.timers.advance(harness.settings.lostWorkerMs);
      await turns();
    }
    const { worker, stop } = await remote([offer]);
    assert.deepEqual(stop, []);
    await client.job(id, ({ reason }) => reason === undefined);
    await worker.handOver(offer);
    await client.job(id, ({ state }) => state === 'done');
    assert.deepEqual(harness.errors, []);
  });

  it('gives the task to whoever comes later and could take it', async () => {
    const { id, offer } = await cutOff();
    harness.timers.advance(harness.settings.lostWorkerMs);
    await client.job(id, ({ reason }) => /no other worker/.test(reason?.message ?? ''));
    const { worker: other } = await remote([], 'w2');
    harness.timers.advance(harness.settings.lostWorkerMs);
    assert.ok((await other.encode()).fence > offer.fence);
  });

  it('waits longer for what has taken long', async () => {
    const { worker } = await remote();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    const offer = await worker.encode();
    await worker.start(offer);
    const { lostWorkerMs, lostWorkerShare } = harness.settings;
    harness.timers.advance((2 * lostWorkerMs) / lostWorkerShare);
    worker.peer.close();
    await client.job(id, ({ reason }) => /It has 30 seconds/.test(reason?.message ?? ''));
    const { worker: other } = await remote([], 'w2');
    harness.timers.advance(2 * lostWorkerMs - 1);
    await turns();
    assert.equal((await client.peer.request('jobs.get', { id })).job.state, 'running');
    harness.timers.advance(1);
    assert.ok((await other.encode()).fence > offer.fence);
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
