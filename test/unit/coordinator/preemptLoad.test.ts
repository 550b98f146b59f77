import assert from 'node:assert/strict';
import type { SubmitParams } from '../../../src/protocol/clientContract.ts';
import type { QueueSettings } from '../../../src/coordinator/queueSettings.ts';
import { describeWorker, type FakeWorker, type Offer } from './fakeWorker.ts';
import { submission } from './fixtures.ts';
import { Harness, turns, type FakeClient } from './harness.ts';

describe('coordinator: a worker that other programs load', () => {
  let harness: Harness;
  let client: FakeClient;
  let desk: FakeWorker;

  afterEach(() => harness.stop());

  async function start(settings: Partial<QueueSettings> = { preemptLoadedWorkers: true }): Promise<void> {
    harness = await Harness.start(settings);
    client = await harness.subscribed();
    desk = await harness.registered({ id: 'desk', name: 'desk', slots: { cpu: 2, probe: 2 } });
  }
  const node = () => harness.registered({ id: 'node', name: 'node', slots: { cpu: 1, probe: 0 } });
  const submit = async (changes: Partial<SubmitParams> = {}): Promise<string> =>
    (await client.peer.request('jobs.submit', submission(changes))).job.id;
  async function running(
    count: number,
    changes: Partial<SubmitParams> = {},
  ): Promise<{ id: string; offer: Offer }> {
    const id = await submit(changes);
    const offer = await desk.encode(count);
    await desk.start(offer);
    harness.timers.advance(1);
    return { id, offer };
  }
  /** For so many seconds, measured every five. */
  async function loaded(seconds: number, share = 1, worker = desk): Promise<void> {
    for (let passed = 0; passed <= seconds; passed += 5) {
      worker.peer.emit('worker.foreignLoad', { share });
      await turns();
      harness.timers.advance(5_000);
    }
  }
  const key = ({ taskId, fence }: Offer) => ({ taskId, fence });

  it('gives what it began last to another, which counts as no failure, and says why', async () => {
    await start();
    await running(1);
    const { id, offer } = await running(2);
    const other = await node();
    await loaded(55);
    assert.deepEqual(desk.cancels, []);
    await loaded(0);
    assert.deepEqual(desk.cancels, [key(offer)]);
    await desk.report(offer, { type: 'cancelled', exit: { code: null, signal: 'SIGTERM' } });
    const again = await other.encode();
    assert.equal(again.payload.jobId, id);
    const why = 'Other programs have used more than 90 % of desk for 60 s: it was given back.';
    const { attempts } = (await client.peer.request('jobs.get', { id })).job;
    assert.deepEqual(
      attempts.map(({ error }) => error?.message),
      [undefined, why, undefined],
    );
    const { tasks } = (await harness.store.job(id))!;
    const task = tasks.find(({ kind }) => kind === 'encode');
    assert.deepEqual([task?.environmentFailures, task?.transientFailures, task?.avoid], [0, 0, ['desk']]);
    await other.finish(again);
    await client.job(id, ({ state }) => state === 'done');
    const { text } = await client.peer.request('jobs.log', { id });
    assert.ok(text.includes(`waiting: ${why}`), text);
  });

  it('gives one away in a minute, and each job once', async () => {
    await start();
    const [first, last] = [await running(1), await running(2)];
    const other = await node();
    const third = await harness.registered({ id: 'third', name: 'third', slots: { cpu: 1, probe: 0 } });
    await loaded(60);
    await desk.report(last.offer, { type: 'cancelled' });
    await loaded(50);
    assert.deepEqual(desk.cancels, [key(last.offer)]);
    await loaded(10);
    assert.deepEqual(desk.cancels, [key(last.offer), key(first.offer)]);
    await desk.report(first.offer, { type: 'cancelled' });
    const [one, two] = await Promise.all([other.encode(), third.encode()]);
    // Where it is now, it stays.
    await Promise.all([other.start(one), third.start(two)]);
    await loaded(0, 0);
    await loaded(65, 1, other);
    assert.deepEqual([other.cancels, third.cancels], [[], []]);
  });

  it('keeps what nobody else could begin at once, and then gives what began before', async () => {
    await start();
    const { offer } = await running(1);
    await running(2, { on: 'desk' });
    await loaded(65);
    assert.deepEqual(desk.cancels, []);
    const other = await node();
    await loaded(0, 0);
    // As loaded as this one.
    for (let passed = 0; passed <= 65; passed += 5) {
      other.peer.emit('worker.foreignLoad', { share: 1 });
      await loaded(0);
    }
    assert.deepEqual(desk.cancels, []);
    other.peer.emit('worker.foreignLoad', { share: 0 });
    await loaded(0);
    assert.deepEqual(desk.cancels, [key(offer)]);
  });

  it('lets another one try what it would have to encode with, and then gives it away', async () => {
    await start();
    const { offer } = await running(1);
    const other = harness.worker();
    const known = describeWorker().capabilities;
    const { h264_nvenc: untried, ...rest } = known;
    other.answers = {
      'capabilities.try': () => Promise.resolve({ capabilities: { h264_nvenc: untried! } }),
    };
    await other.register({ id: 'node', name: 'node', slots: { cpu: 1, probe: 0 }, capabilities: rest });
    await loaded(60);
    assert.deepEqual(
      other.asked.map(({ method }) => method),
      ['capabilities.try'],
    );
    assert.deepEqual(desk.cancels, []);
    await loaded(0);
    assert.deepEqual(desk.cancels, [key(offer)]);
  });

  it('does nothing of that unless it is asked to, which counts at once', async () => {
    await start({});
    await running(1);
    await node();
    await desk.until(() => desk.foreignLoadWanted !== undefined);
    assert.equal(desk.foreignLoadWanted, false);
    await loaded(65);
    Object.assign(harness.settings, { preemptLoadedWorkers: true });
    harness.coordinator.settingsChanged();
    await desk.until(() => desk.foreignLoadWanted === true);
    await loaded(55);
    assert.deepEqual(desk.cancels, []);
    await client.peer.request('queue.pause', {});
    await loaded(5);
    assert.deepEqual(desk.cancels, [], 'the queue is paused');
    await client.peer.request('queue.resume', {});
    await loaded(0);
    assert.equal(desk.cancels.length, 1);
    Object.assign(harness.settings, { preemptLoadedWorkers: false });
    harness.coordinator.settingsChanged();
    await desk.until(() => desk.foreignLoadWanted === false);
  });

  it('gets nothing while another is free, and gets it where nobody else is', async () => {
    await start();
    await loaded(60);
    const other = await node();
    const first = await submit();
    assert.equal((await other.encode()).payload.jobId, first);
    const second = await submit();
    assert.equal((await desk.encode()).payload.jobId, second);
  });
});
