import assert from 'node:assert/strict';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { submission } from './fixtures.ts';
import { Harness, turns } from './harness.ts';

const away = () => Promise.reject(new DffmpegError('store-unavailable', 'It is away.'));

describe('coordinator: a store that fails once', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  // The writes of one job: assigned to be probed, probed, planned, assigned to be encoded.
  for (const [task, write] of [
    ['probe', 1],
    ['encode', 4],
  ] as const)
    it(`runs a job whose ${task} was assigned though the store said that it was not`, async () => {
      const client = await harness.subscribed();
      const worker = await harness.registered();
      let writes = 0;
      harness.faults.write = async (call) => {
        writes += 1;
        const written = await call();
        return writes === write ? away() : written;
      };
      const { id } = (await client.peer.request('jobs.submit', submission())).job;
      await client.job(id, ({ attempts }) => attempts.at(-1)?.state === 'void');
      harness.timers.advance(harness.settings.busyRetryMs);
      await worker.finish(await worker.encode());
      const { attempts } = await client.job(id, ({ state }) => state === 'done');
      assert.deepEqual(
        attempts.filter(({ state }) => state !== 'succeeded').map(({ kind, state }) => [kind, state]),
        [[task, 'void']],
      );
    });

  it('offers again what a worker declined when that could not be written', async () => {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    worker.accepts = () => {
      worker.accepts = () => true;
      let writes = 0;
      harness.faults.write = (call) => ((writes += 1) === 1 ? away() : call());
      return false;
    };
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    const { attempts } = await client.job(id, (job) => job.attempts.at(-1)?.state === 'void');
    assert.equal(attempts.at(-1)?.error?.code, 'store-unavailable');
    harness.timers.advance(harness.settings.busyRetryMs);
    await worker.finish(await worker.encode());
    await client.job(id, ({ state }) => state === 'done');
  });

  it('does not offer at once again what it cannot write', async () => {
    const client = await harness.subscribed();
    await harness.registered();
    harness.faults.write = away;
    await client.peer.request('jobs.submit', submission());
    for (let tries = 1; tries <= 3; tries += 1) {
      await harness.failures(tries);
      await turns();
      assert.equal(harness.calls.get('write'), tries);
      harness.timers.advance(harness.settings.busyRetryMs);
    }
  });

  it('begins a job after a moment when the queue could not be read', async () => {
    const client = harness.client();
    const worker = await harness.registered();
    await turns();
    let reads = 0;
    harness.faults.queue = (call) => {
      reads += 1;
      return reads === 1 ? away() : call();
    };
    await client.peer.request('jobs.submit', submission());
    await harness.failures(1);
    assert.equal(reads, 1);
    harness.timers.advance(harness.settings.retryBaseMs);
    await worker.encode();
  });
});
