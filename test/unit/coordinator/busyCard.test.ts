import assert from 'node:assert/strict';
import { submission } from './fixtures.ts';
import { Harness, turns } from './harness.ts';

describe('coordinator: a graphics card whose sessions others use', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  it('counts as busy, however often: its job waits, says so, and is tried again in a while', async () => {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    const error = {
      code: 'slots-busy',
      message: 'The graphics card did not take another encode.',
      hint: 'It is tried again in a while.',
    } as const;
    for (let time = 1; time <= 10; time += 1) {
      const offer = await worker.encode(time);
      await worker.start(offer);
      await worker.report(offer, { type: 'failed', error, exit: { code: 1, signal: null } });
      const job = await client.job(id, ({ state }) => state === 'waiting');
      assert.equal(job.reason?.message, error.message);
      assert.equal(job.attempts.filter(({ kind }) => kind === 'encode').length, 0);
      await turns();
      assert.equal(worker.offers.filter(({ payload }) => payload.kind === 'encode').length, time);
      harness.timers.advance(harness.settings.busyRetryMs);
      await turns();
    }
    const [info] = harness.coordinator.workers();
    assert.equal(info?.setAside, undefined);
    const offer = await worker.encode(11);
    await worker.finish(offer);
    await client.job(id, ({ state }) => state === 'done');
  });
});
