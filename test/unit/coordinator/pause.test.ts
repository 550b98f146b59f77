import assert from 'node:assert/strict';
import { noCounts } from '../../../src/protocol/jobState.ts';
import { submission } from './fixtures.ts';
import { Harness, turns } from './harness.ts';

describe('coordinator: pause', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  async function submit(changes: Parameters<typeof submission>[0] = {}) {
    const client = await harness.subscribed();
    const { job } = await client.peer.request('jobs.submit', submission(changes));
    return { client, id: job.id };
  }

  /** One that encodes, and one behind it that waits. */
  async function busy() {
    const worker = await harness.registered();
    const { client, id: first } = await submit();
    const offer = await worker.encode();
    const { id } = await submit();
    await client.job(id, ({ state }) => state === 'waiting');
    return { worker, client, first, offer, id };
  }

  const suspensions = (worker: { asked: { method: string; params: unknown }[] }) =>
    worker.asked.filter(({ method }) => method === 'task.suspend').map(({ params }) => params);

  it('keeps a waiting job from being begun, until it is resumed', async () => {
    const { worker, client, offer, id } = await busy();
    const { job } = await client.peer.request('jobs.pause', { id });
    assert.equal(job.state, 'paused');
    assert.equal(job.reason?.message, 'Somebody has paused it.');
    const third = (await client.peer.request('jobs.submit', submission())).job.id;
    await worker.finish(offer);
    const next = await worker.encode(2);
    assert.equal(next.payload.jobId, third);
    await worker.finish(next);
    assert.deepEqual((await client.job(id, () => true)).state, 'paused');
    const resumed = await client.peer.request('jobs.resume', { id });
    assert.equal(resumed.job.state, 'waiting');
    assert.equal((await worker.encode(3)).payload.jobId, id);
  });

  it('for good: a queue that is to begin nothing more says so, and what runs comes to its end', async () => {
    const { worker, client, first, offer, id } = await busy();
    const offers = worker.offers.length;
    harness.coordinator.giveNothingMore();
    const third = (await client.peer.request('jobs.submit', submission())).job.id;
    for (const each of [id, third])
      await client.job(each, ({ reason }) => /begins nothing more/.test(reason?.message ?? ''));
    await worker.finish(offer);
    await client.job(first, ({ state }) => state === 'done');
    await turns();
    assert.equal(worker.offers.length, offers);
    assert.equal((await harness.coordinator.counts()).running, 0);
    await harness.restart();
    const next = await harness.registered();
    assert.equal((await next.encode()).payload.jobId, id);
  });

  it('keeps a job from being looked at, too', async () => {
    const { client, id } = await submit();
    assert.equal((await client.peer.request('jobs.pause', { id })).job.state, 'paused');
    const worker = await harness.registered();
    const { id: other } = await submit();
    await worker.finish(await worker.encode());
    await client.job(other, ({ state }) => state === 'done');
    assert.ok(worker.offers.every(({ payload }) => payload.jobId === other));
    await client.peer.request('jobs.resume', { id });
    await worker.finish(await worker.encode(2));
    await client.job(id, ({ state }) => state === 'done');
  });

  it('keeps a job that is retried from being looked at, until it is resumed', async () => {
    const worker = await harness.registered();
    const { client, id } = await submit();
    const offer = await worker.encode();
    await worker.report(offer, { type: 'failed', error: { code: 'source-damaged', message: 'No.' } });
    await client.job(id, ({ state }) => state === 'failed');
    // A busy worker: the retry is not looked at before it is paused.
    worker.accepts = () => false;
    await client.peer.request('jobs.retry', { id });
    await client.peer.request('jobs.pause', { id });
    await client.job(id, ({ state }) => state === 'paused');
    worker.accepts = () => true;
    const resumed = await client.peer.request('jobs.resume', { id });
    assert.equal(resumed.job.state, 'accepted');
    harness.timers.advance(harness.settings.busyRetryMs);
    await worker.finish(await worker.encode(2));
    await client.job(id, ({ state }) => state === 'done');
  });

  it('has what runs stand still, and go on', async () => {
    const { worker, client, offer, first } = await busy();
    const { taskId, fence } = offer;
    const { job } = await client.peer.request('jobs.pause', { id: first });
    assert.deepEqual([job.state, job.suspended], ['running', true]);
    await worker.until(() => suspensions(worker).length === 1);
    const resumed = await client.peer.request('jobs.resume', { id: first });
    assert.equal(resumed.job.suspended, false);
    await worker.until(() => suspensions(worker).length === 2);
    assert.deepEqual(suspensions(worker), [
      { taskId, fence, suspended: true },
      { taskId, fence, suspended: false },
    ]);
    await worker.finish(offer);
    await client.job(first, ({ state }) => state === 'done');
  });

  it('is left of a job whose result came all the same', async () => {
    const { worker, client, offer, first } = await busy();
    await client.peer.request('jobs.pause', { id: first });
    await worker.finish(offer);
    const job = await client.job(first, ({ state }) => state === 'done');
    assert.equal(job.suspended, false);
  });

  it('outlives the worker: without a result the job is paused, not begun anew', async () => {
    const { worker, client, first, id } = await busy();
    await client.peer.request('jobs.cancel', { id });
    await client.peer.request('jobs.pause', { id: first });
    worker.peer.close();
    const job = await client.job(first, ({ state }) => state === 'paused');
    assert.equal(job.suspended, false);
    await client.peer.request('jobs.resume', { id: first });
    const next = await harness.registered();
    harness.timers.advance(harness.settings.retryBaseMs);
    assert.equal((await next.encode()).payload.jobId, first);
  });

  it('outlives the daemon', async () => {
    const { client, first, id } = await busy();
    await client.peer.request('jobs.pause', { id: first });
    await client.peer.request('jobs.pause', { id });
    await harness.crash();
    const after = await harness.subscribed();
    const worker = await harness.registered();
    await after.job(first, ({ state }) => state === 'paused');
    await after.job(id, ({ state }) => state === 'paused');
    await after.peer.request('jobs.resume', { id });
    assert.equal((await worker.encode()).payload.jobId, id);
  });

  it('is refused where the worker’s system cannot stop a process for a while', async () => {
    const worker = await harness.registered({ platform: 'win32' });
    const { client, id } = await submit();
    await worker.encode();
    await assert.rejects(client.peer.request('jobs.pause', { id }), { code: 'conflict' });
    assert.equal((await client.job(id, () => true)).suspended, false);
  });

  it('lets a paused job be cancelled at once, and one that stands still by its worker', async () => {
    const { worker, client, offer, first, id } = await busy();
    await client.peer.request('jobs.pause', { id });
    assert.equal((await client.peer.request('jobs.cancel', { id })).job.state, 'cancelled');
    await client.peer.request('jobs.pause', { id: first });
    await client.peer.request('jobs.cancel', { id: first });
    await worker.until(() => worker.cancels.length === 1);
    await worker.report(offer, { type: 'cancelled' });
    await client.job(first, ({ state }) => state === 'cancelled');
    await assert.rejects(client.peer.request('jobs.pause', { id }), { code: 'conflict' });
  });

  it('has no say in the order: that is the priority’s, which can be changed while a job waits', async () => {
    const { worker, client, offer, id } = await busy();
    const late = (await client.peer.request('jobs.submit', submission())).job.id;
    await client.job(late, ({ state }) => state === 'waiting');
    const { job } = await client.peer.request('jobs.prioritize', { id: late, priority: 80 });
    assert.equal(job.priority, 80);
    await worker.finish(offer);
    assert.equal((await worker.encode(2)).payload.jobId, late);
    await client.peer.request('jobs.cancel', { id });
    await assert.rejects(client.peer.request('jobs.prioritize', { id, priority: 1 }), { code: 'conflict' });
  });

  describe('of the queue', () => {
    it('lets what runs go on, and begins nothing else', async () => {
      const { worker, client, offer, first, id } = await busy();
      const { counts } = await client.peer.request('queue.pause', {});
      assert.deepEqual(counts, { ...noCounts, waiting: 1, running: 1, queuePaused: true });
      await client.job(id, ({ reason }) => reason?.message === 'The queue is paused.');
      await worker.finish(offer);
      await client.job(first, ({ state }) => state === 'done');
      // What comes now is looked at, so that it is known what it will be.
      const late = (await client.peer.request('jobs.submit', submission())).job.id;
      await client.job(late, ({ state }) => state === 'waiting');
      assert.equal(worker.offers.filter(({ payload }) => payload.kind === 'encode').length, 1);
      await client.peer.request('queue.resume', {});
      assert.equal((await worker.encode(2)).payload.jobId, id);
    });

    it('outlives the daemon, and is told to who follows', async () => {
      const { client, id } = await submit();
      const follower = harness.client();
      await follower.peer.request('subscribe', { topics: ['counts'] });
      await client.peer.request('queue.pause', {});
      await follower.until(
        () => (follower.counts as { queuePaused?: boolean } | undefined)?.queuePaused === true,
      );
      await harness.restart();
      const after = await harness.subscribed();
      const worker = await harness.registered();
      await after.job(id, ({ reason }) => reason?.message === 'The queue is paused.');
      assert.ok(worker.offers.every(({ payload }) => payload.kind === 'probe'));
      await after.peer.request('queue.resume', {});
      assert.equal((await worker.encode()).payload.jobId, id);
    });
  });
});
