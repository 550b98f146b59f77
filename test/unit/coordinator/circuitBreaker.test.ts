import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CircuitBreaker } from '../../../src/coordinator/circuitBreaker.ts';
import { environmentWaits, backOff, defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';
import type { ErrorCode } from '../../../src/protocol/errors.ts';
import type { FakeWorker } from './fakeWorker.ts';
import { submission } from './fixtures.ts';
import { Harness, turns, type FakeClient } from './harness.ts';

const failure = (code: ErrorCode = 'ffmpeg-failed', message = 'It broke.') => ({ code, message });

describe('the breaker of a worker', () => {
  it('is set aside by failures of its surroundings in a row, which are not all of one job', () => {
    const one = new CircuitBreaker(defaultQueueSettings);
    for (let times = 0; times < 9; times += 1) assert.equal(one.failed('a', failure(), 0), false);
    assert.equal(one.failed('b', failure(), 7), true);
    assert.equal(one.setAside?.until, 7 + defaultQueueSettings.setAsideMs);
    assert.match(one.setAside.reason.message, /^10 attempts in a row failed there/);
    const other = new CircuitBreaker(defaultQueueSettings);
    for (const [job, code] of [
      ['a', 'ffmpeg-failed'],
      ['b', 'source-damaged'],
      ['c', 'ffmpeg-killed'],
      ['d', 'scratch-full'],
    ] as const)
      assert.equal(other.failed(job, failure(code), 0), false, code);
    assert.equal(other.failed('e', failure('result-damaged'), 0), true);
  });

  it('begins anew with every success', () => {
    const breaker = new CircuitBreaker(defaultQueueSettings);
    for (const job of ['a', 'b', 'c', 'd', 'e', 'f']) {
      assert.equal(breaker.failed(job, failure(), 0), false);
      breaker.succeeded();
    }
  });

  it('is tried with one task, and set aside again by the first failure', () => {
    const breaker = new CircuitBreaker(defaultQueueSettings);
    for (const job of ['a', 'b', 'c']) breaker.failed(job, failure(), 0);
    breaker.tryAgain();
    assert.deepEqual([breaker.setAside, breaker.onTrial], [undefined, true]);
    assert.equal(breaker.failed('d', failure(), 5), true);
    breaker.tryAgain();
    breaker.succeeded();
    assert.equal(breaker.onTrial, false);
  });
});

describe('the wait before a repeat', () => {
  it('grows, stays between its limits, and differs by chance no more than it may (property)', () => {
    const settings = fc.record({
      retryBaseMs: fc.integer({ min: 100, max: 10_000 }),
      retryMaxMs: fc.integer({ min: 30_000, max: 1_000_000 }),
      retryFactor: fc.double({ min: 1, max: 10, noNaN: true }),
      retryJitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 500 }), chance, (each, failures, random) => {
        const [wait, next] = [backOff(each, failures, random), backOff(each, failures + 1, random)];
        assert.ok(wait >= each.retryBaseMs && wait <= each.retryMaxMs);
        assert.ok(next >= wait);
        const least = backOff(each, failures);
        // Both are rounded: half a millisecond of the shortest wait, at most doubled, and half of this one.
        assert.ok(wait >= least && wait <= least * (1 + each.retryJitter) + 1.5);
        // Not even chance turns it round where the factor is larger than what chance may add.
        const later = backOff(each, failures + 1);
        const isBelowTheLimit = later < each.retryMaxMs / (1 + each.retryJitter) - 1;
        if (isBelowTheLimit && each.retryFactor >= 1 + each.retryJitter) assert.ok(later >= wait - 1);
        // There is an end to it: the last waits differ by chance as much as the first.
        if (each.retryFactor > 1.5) assert.equal(backOff(each, 500, 1), each.retryMaxMs);
      }),
    );
  });

  it('has limits of its own for each class, and one limit that is below the other is obeyed', () => {
    const own = { ...defaultQueueSettings, environmentRetryBaseMs: 7, environmentRetryMaxMs: 9 };
    assert.equal(backOff(environmentWaits(own), 1), 7);
    assert.equal(backOff({ ...own, retryBaseMs: 500, retryMaxMs: 100 }, 3, 1), 100);
  });
});

describe('a failure on a worker', () => {
  let harness: Harness;
  let client: FakeClient;

  afterEach(() => harness.stop());

  const begin = async (settings: Parameters<typeof Harness.start>[0] = {}): Promise<void> => {
    harness = await Harness.start(settings);
    client = await harness.subscribed();
  };
  const submit = async (): Promise<string> => (await client.peer.request('jobs.submit', submission())).job.id;
  const encodes = ({ offers }: FakeWorker): number =>
    offers.filter(({ payload }) => payload.kind === 'encode').length;
  const fail = async (worker: FakeWorker, count: number, message = 'It broke.'): Promise<string> => {
    const offer = await worker.encode(count);
    await worker.report(offer, { type: 'failed', error: failure('ffmpeg-failed', message) });
    return offer.payload.jobId;
  };

  it('is followed by a wait that differs by chance, and says when it is over', async () => {
    await begin({ environmentRetryBaseMs: 90_000, environmentRetryMaxMs: 200_000, retryJitter: 0.2 });
    const worker = await harness.registered();
    await submit();
    const id = await fail(worker, 1);
    const { reason, retryAt } = await client.job(id, (job) => job.retryAt !== undefined);
    assert.equal(reason?.message, 'It broke.');
    assert.equal(reason.hint, 'It is tried again (attempt 2 of 3).');
    // The chance of the harness is a half.
    assert.equal(retryAt, harness.timers.now + 90_000 * 1.1);
    harness.timers.advance(90_000 * 1.1);
    const { payload } = await worker.encode(2);
    assert.equal(payload.jobId, id);
    const running = await client.job(id, ({ state }) => state === 'running');
    assert.equal(running.retryAt, undefined);
  });

  it('that passes by itself ends the job where the settings say after how many', async () => {
    await begin({ maxTransientFailures: 2 });
    let worker = await harness.registered();
    const id = await submit();
    await worker.encode(1);
    worker.channel.close({ code: 1000, text: '' });
    await client.job(id, ({ retryAt }) => retryAt !== undefined);
    worker = await harness.registered();
    harness.timers.advance(harness.settings.retryBaseMs);
    await worker.encode(1);
    worker.channel.close({ code: 1000, text: '' });
    const { reason } = await client.job(id, ({ state }) => state === 'failed');
    assert.equal(reason?.code, 'worker-lost');
  });

  it('ends, when it failed on all of them, with the reason of each', async () => {
    await begin({ maxEnvironmentFailures: 2 });
    const one = await harness.registered({ id: 'one', name: 'one' });
    await submit();
    const id = await fail(one, 1, 'Its disk is gone.');
    const two = await harness.registered({ id: 'two', name: 'two' });
    harness.timers.advance(harness.settings.environmentRetryBaseMs);
    await fail(two, 1, 'Its memory is gone.');
    const { reason } = await client.job(id, ({ state }) => state === 'failed');
    assert.equal(reason?.message, 'It failed on 2 workers. one: Its disk is gone. two: Its memory is gone.');
  });

  it('sets a sole worker aside, visibly, and not for ever', async () => {
    await begin();
    const worker = await harness.registered({ slots: { cpu: 2, probe: 2 } });
    for (let jobs = 0; jobs < 3; jobs += 1) await submit();
    for (const count of [1, 2, 3]) await fail(worker, count);
    // A job that comes then is told why it waits, too.
    const last = await submit();
    const { reason } = await client.job(last, (job) => job.reason?.message.includes('set aside') ?? false);
    assert.equal(
      reason?.message,
      'workshop is set aside for a while. 3 attempts in a row failed there, at last so: It broke.',
    );
    const { workers } = await client.peer.request('workers.list', {});
    assert.equal(workers[0]?.setAside?.until, harness.timers.now + harness.settings.setAsideMs);
    harness.timers.advance(harness.settings.setAsideMs);
    const trial = await worker.encode(4);
    await turns();
    // One encode, however many slots there are; sources are looked at all the while.
    assert.equal(encodes(worker), 4);
    await client.job(last, ({ state }) => state === 'waiting');
    await worker.finish(trial);
    await worker.encode(6);
    assert.equal((await client.peer.request('workers.list', {})).workers[0]?.setAside, undefined);
  });

  it('counts once, however often it is told', async () => {
    await begin();
    const worker = await harness.registered({ slots: { cpu: 2, probe: 2 } });
    for (let jobs = 0; jobs < 2; jobs += 1) await submit();
    const offers = [await worker.encode(1), await worker.encode(2)];
    for (const offer of [...offers, ...offers])
      await worker.report(offer, { type: 'failed', error: failure() });
    assert.equal((await client.peer.request('workers.list', {})).workers[0]?.setAside, undefined);
  });
});
