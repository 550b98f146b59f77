import assert from 'node:assert/strict';
import { longestWait } from '../../../src/coordinator/queueSettings.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { FakeWorker, Offer } from './fakeWorker.ts';
import { preset, probe, submission } from './fixtures.ts';
import { Harness, turns, type FakeClient } from './harness.ts';

const hour = 3_600_000;
const passing = new DffmpegError('store-unavailable', 'It is away for a moment.').toData();
const diskFull = new DffmpegError('destination-full', 'The disk is full.').toData();

/** What may happen to a clock or to the machine while something waits. */
const jumps = {
  'set forward by an hour': ({ timers }) => timers.setWallClock(hour),
  'set back by an hour': ({ timers }) => timers.setWallClock(-hour),
  'set back by a day, and forward again': ({ timers }) => {
    timers.setWallClock(-24 * hour);
    timers.setWallClock(24 * hour);
  },
  'asleep for an hour, with all timers': ({ timers }) => timers.setWallClock(hour),
  'asleep for an hour, with all timers late': ({ timers }) => timers.standStill(hour),
} satisfies Record<string, (harness: Harness) => void>;

describe('coordinator: a clock that jumps', () => {
  let harness: Harness;
  let client: FakeClient;
  let worker: FakeWorker;

  beforeEach(async () => {
    harness = await Harness.start();
    client = await harness.subscribed();
    worker = await harness.registered();
  });
  afterEach(() => harness.stop());

  const submit = async (asked: Parameters<typeof submission>[0] = {}): Promise<string> =>
    (await client.peer.request('jobs.submit', submission(asked))).job.id;
  const encodes = (): Offer[] => worker.offers.filter(({ payload }) => payload.kind === 'encode');

  for (const [name, jump] of Object.entries(jumps)) {
    for (const [what, error] of [
      ['a job is tried again after its back-off', passing],
      ['a job that waits for a disk is offered again', diskFull],
    ] as const)
      it(`${name}: ${what}, once`, async () => {
        const id = await submit();
        const first = await worker.encode(1);
        await worker.start(first);
        await worker.report(first, { type: 'failed', error });
        await client.job(id, ({ state }) => state === 'waiting');
        await turns();
        jump(harness);
        harness.timers.advance(longestWait(harness.settings));
        await worker.finish(await worker.encode(2));
        await client.job(id, ({ state }) => state === 'done');
        assert.equal(encodes().length, 2);
      });

    it(`${name}: what runs goes on, and is not begun again`, async () => {
      const id = await submit();
      const offer = await worker.encode();
      await worker.start(offer);
      await turns();
      jump(harness);
      await turns();
      await worker.finish(offer);
      const { attempts } = await client.job(id, ({ state }) => state === 'done');
      assert.deepEqual(
        attempts.filter(({ kind }) => kind === 'encode').map(({ state }) => state),
        ['succeeded'],
      );
      assert.deepEqual(worker.cancels, []);
    });
  }

  it('set back: who came first is still first', async () => {
    worker.accepts = ({ payload }) => payload.kind === 'probe' || free;
    let free = false;
    const first = await submit();
    await client.job(first, ({ state }) => state === 'waiting');
    harness.timers.setWallClock(-hour);
    const second = await submit();
    await client.job(second, ({ state }) => state === 'waiting');
    await turns();
    const offered = worker.offers.length;
    free = true;
    harness.timers.advance(harness.settings.busyRetryMs);
    await worker.until(() => worker.offers.length > offered);
    await client.job(first, ({ state }) => state === 'running');
  });

  it('asleep: the hour does not count as work of the encoder', async () => {
    worker.probe = { ...probe, streams: [{ ...probe.streams[0]!, frameRate: 25 }] };
    const x264 = { name: 'x264', preset: { ...preset, video: { encoders: ['libx264' as const], crf: 22 } } };
    const running = await submit({ preset: x264 });
    const offer = await worker.encode(1);
    await worker.start(offer);
    harness.timers.advance(100_000);
    harness.timers.setWallClock(hour);
    await worker.finish(offer);
    await client.job(running, ({ state }) => state === 'done');
    await submit({ preset: x264 });
    await worker.encode(2);
    const waiting = await submit({ preset: x264 });
    await client.job(waiting, ({ state }) => state === 'waiting');
    const { forecast } = (await client.peer.request('jobs.get', { id: waiting })).job;
    assert.ok(forecast && forecast.endsAt - forecast.startsAt < 105_000, JSON.stringify(forecast));
  });
});
