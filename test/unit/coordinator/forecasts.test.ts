import assert from 'node:assert/strict';
import type { Forecast } from '../../../src/protocol/model.ts';
import type { FakeWorker } from './fakeWorker.ts';
import { preset, probe, submission } from './fixtures.ts';
import { Harness, turns, type FakeClient } from './harness.ts';

/** 10 s of 1920×1080 at 25 frames a second. */
const clip = { ...probe, streams: [{ ...probe.streams[0]!, frameRate: 25 }] };
const usable = { usable: true as const, pixelFormats: ['yuv420p'] };
const capabilities = { libx264: usable, aac: usable };
const x264 = { ...preset, video: { encoders: ['libx264' as const], crf: 22 } };

describe('what is foreseen', () => {
  let harness: Harness;
  let client: FakeClient;

  beforeEach(async () => {
    harness = await Harness.start();
    client = await harness.subscribed();
  });

  afterEach(() => harness.stop());

  const hire = async (id: string): Promise<FakeWorker> => {
    const worker = harness.worker();
    worker.probe = clip;
    await worker.register({ id, name: id, capabilities });
    return worker;
  };
  const submit = async (on?: string): Promise<string> => {
    const asked = submission({ on, preset: { name: 'x264', preset: x264 } });
    return (await client.peer.request('jobs.submit', asked)).job.id;
  };
  const waiting = (id: string) => client.job(id, ({ state }) => state === 'waiting');
  const forecast = async (id: string) => (await client.peer.request('jobs.get', { id })).job.forecast;

  /** The `count`th encode of this worker, which takes so many seconds. */
  const encode = async (worker: FakeWorker, count: number, seconds: number): Promise<void> => {
    const offer = await worker.encode(count);
    // Its answer to the offer has come by then.
    await worker.start(offer);
    harness.timers.advance(seconds * 1000);
    await worker.finish(offer);
  };

  it('says when a waiting job will begin and end: by a guess at first, then by what was learnt', async () => {
    const worker = await hire('w');
    await submit();
    await worker.encode(1);
    const second = await submit();
    await waiting(second);
    assert.equal((await forecast(second))?.guess, true);
    await encode(worker, 1, 100);
    await worker.encode(2);
    const third = await submit();
    await waiting(third);
    harness.timers.advance(30_000);
    const now = harness.timers.now;
    const { startsAt, endsAt, guess } = (await forecast(third))!;
    assert.equal(guess, false);
    // Drawn a little towards the guess, after one attempt.
    assert.ok(startsAt - now > 30_000 && startsAt - now < 75_000, String(startsAt - now));
    assert.ok(endsAt - startsAt > 60_000 && endsAt - startsAt < 105_000, String(endsAt - startsAt));
  });

  it('goes by what the worker says of the time left, and remembers what was learnt over a restart', async () => {
    const first = await hire('w');
    await submit();
    await encode(first, 1, 100);
    await harness.restart();
    client = await harness.subscribed();
    const worker = await hire('w');
    const running = await submit();
    const { fence } = await worker.encode(1);
    worker.peer.emit('task.progress', { jobId: running, fence, fraction: 0.1, eta: 900 });
    const next = await submit();
    await waiting(next);
    const { startsAt, guess } = (await forecast(next))!;
    assert.equal(guess, false);
    assert.equal(startsAt, harness.timers.now + 900_000);
  });

  it('learns nothing of an encode that stood still, and foresees nothing behind one that does', async () => {
    const worker = await hire('w');
    const paused = await submit();
    const offer = await worker.encode(1);
    await client.peer.request('jobs.pause', { id: paused });
    const next = await submit();
    await waiting(next);
    assert.equal(await forecast(next), undefined);
    await client.peer.request('jobs.resume', { id: paused });
    harness.timers.advance(1_000_000);
    await worker.finish(offer);
    await worker.encode(2);
    const third = await submit();
    await waiting(third);
    assert.equal((await forecast(third))?.guess, true);
  });

  it('tells subscribers of progress, and again when something has moved', async () => {
    const worker = await hire('w');
    const running = await submit();
    const { fence } = await worker.encode(1);
    const next = await submit();
    await waiting(next);
    const told: Forecast[][] = [];
    client.onForecasts = (forecasts) => told.push(forecasts);
    await client.peer.request('subscribe', { topics: ['jobs', 'progress'] });
    await client.until(() => told.length === 1);
    assert.equal(told[0]?.[0]?.jobId, next);
    worker.peer.emit('task.progress', { jobId: running, fence, eta: 500 });
    await client.until(() => client.progress.length > 0);
    harness.timers.advance(2_000);
    await client.until(() => told.length === 2);
    assert.equal(told[1]?.[0]?.startsAt, harness.timers.now + 498_000);
    // 60 s and a twentieth of what is left to its end: 30 s more is not worth a word, 300 s are.
    Object.assign(harness.settings, { forecastMoveMs: 60_000, forecastMovePart: 0.05 });
    for (const [eta, count] of [
      [528, 2],
      [828, 3],
    ] as const) {
      const heard = client.progress.length;
      worker.peer.emit('task.progress', { jobId: running, fence, eta });
      harness.timers.advance(1_000);
      await client.until(() => client.progress.length > heard);
      harness.timers.advance(2_000);
      await turns();
      assert.equal(told.length, count);
    }
  });

  it('holds a job for the fast worker while it is busy, says so, and not for ever', async () => {
    const fast = await hire('fast');
    await submit();
    await encode(fast, 1, 50);
    const slow = await hire('slow');
    await submit('slow');
    await encode(slow, 1, 1000);
    await submit();
    await fast.start(await fast.encode(2));
    const held = await submit();
    const told = await client.job(held, ({ reason }) => reason?.message.includes('is busy') ?? false);
    assert.equal(
      told.reason?.message,
      'fast is busy, and will still have finished it sooner than slow, which is free.',
    );
    const offers = slow.offers.length;
    // It never ends: at last the slow one does it.
    harness.timers.advance(1_100_000);
    await slow.until(() => slow.offers.length > offers);
    assert.equal(slow.offers.at(-1)?.payload.jobId, held);
  });
});
