import assert from 'node:assert/strict';
import type { Job } from '../../../src/protocol/model.ts';
import type { SubmitParams } from '../../../src/protocol/clientContract.ts';
import { type FakeWorker, type Offer } from './fakeWorker.ts';
import { submission } from './fixtures.ts';
import { Harness, turns, type FakeClient } from './harness.ts';

describe('coordinator: a job of much higher priority', () => {
  let harness: Harness;
  let client: FakeClient;
  let worker: FakeWorker;

  afterEach(() => harness.stop());

  async function start(gap: number): Promise<void> {
    harness = await Harness.start({ preemptPriorityGap: gap });
    client = await harness.subscribed();
    worker = await harness.registered();
  }
  const submit = async (changes: Partial<SubmitParams>): Promise<string> =>
    (await client.peer.request('jobs.submit', submission(changes))).job.id;
  /** A job that encodes. */
  async function running(priority: number): Promise<{ id: string; offer: Offer }> {
    const count = worker.offers.filter(({ payload }) => payload.kind === 'encode').length;
    const id = await submit({ priority });
    const offer = await worker.encode(count + 1);
    await worker.start(offer);
    progress(id, offer, 900);
    return { id, offer };
  }
  const progress = (jobId: string, { fence }: Offer, eta: number): void => {
    worker.peer.emit('task.progress', { jobId, fence, fraction: 0.1, eta });
  };
  const waits = (id: string) => client.job(id, ({ state, reason }) => state === 'waiting' && !!reason);
  const stops = (id: string) =>
    client.job(id, ({ reason }) => /stops a job of much lower priority/.test(reason?.message ?? ''));
  const isBackInQueue = ({ state }: Job): boolean => state === 'waiting';

  it('takes the slot of one of low priority, which goes back to the queue and says why', async () => {
    await start(40);
    const low = await running(10);
    // Waits for as long, and would come first.
    const other = await submit({ priority: 49 });
    await waits(other);
    const urgent = await submit({ priority: 50 });
    await worker.until(() => worker.cancels.length > 0);
    assert.deepEqual(worker.cancels, [{ taskId: low.offer.taskId, fence: low.offer.fence }]);
    // Until the process is gone.
    await stops(urgent);
    assert.equal((await client.peer.request('jobs.get', { id: low.id })).job.state, 'running');
    await worker.report(low.offer, { type: 'cancelled', exit: { code: null, signal: 'SIGTERM' } });

    const second = await worker.encode(2);
    assert.equal(second.payload.jobId, urgent);
    const back = await client.job(low.id, isBackInQueue);
    const attempt = back.attempts.at(-1);
    assert.deepEqual([attempt?.state, attempt?.exit?.signal], ['cancelled', 'SIGTERM']);
    const why = `Job ${urgent}, of much higher priority, has taken its slot on workshop.`;
    assert.equal(attempt?.error?.message, why);
    await worker.finish(second);
    // Nothing was counted, and nobody is avoided.
    const { tasks } = (await harness.store.job(low.id))!;
    const { environmentFailures, transientFailures, avoid } = tasks.find(({ kind }) => kind === 'encode')!;
    assert.deepEqual([environmentFailures, transientFailures, avoid], [0, 0, []]);
    await worker.finish(await worker.encode(3));
    await worker.finish(await worker.encode(4));
    for (const id of [low.id, other, urgent]) await client.job(id, ({ state }) => state === 'done');
    const { text } = await client.peer.request('jobs.log', { id: low.id });
    assert.ok(text.includes(`waiting: ${why}`), text);
  });

  it('comes before older jobs that stand ahead of it in the queue', async () => {
    await start(40);
    const low = await running(10);
    const older = await submit({ priority: 49 });
    await waits(older);
    // An hour is worth twelve points of priority.
    harness.timers.setWallClock(3_600_000);
    const urgent = await submit({ priority: 50 });
    await worker.until(() => worker.cancels.length > 0);
    await worker.report(low.offer, { type: 'cancelled' });
    assert.equal((await worker.encode(2)).payload.jobId, urgent);
  });

  it('takes nothing where that is off, where the gap is too small, or where a slot is free soon anyway', async () => {
    await start(0);
    const low = await running(10);
    const urgent = await submit({ priority: 100 });
    await waits(urgent);
    await turns();
    assert.deepEqual(worker.cancels, []);
    // From now on, without a restart.
    Object.assign(harness.settings, { preemptPriorityGap: 91 });
    harness.coordinator.settingsChanged();
    await turns();
    assert.deepEqual(worker.cancels, []);
    progress(low.id, low.offer, 15);
    Object.assign(harness.settings, { preemptPriorityGap: 90 });
    await turns();
    harness.coordinator.settingsChanged();
    await turns();
    assert.deepEqual(worker.cancels, []);
    progress(low.id, low.offer, 16);
    await turns();
    harness.coordinator.settingsChanged();
    await worker.until(() => worker.cancels.length > 0);
  });

  it('stops nothing that is verified or placed, nor what a person has paused', async () => {
    await start(40);
    const low = await running(10);
    await worker.verifying(low.offer);
    const urgent = await submit({ priority: 100 });
    await waits(urgent);
    await turns();
    const path = await worker.commit(low.offer);
    harness.coordinator.settingsChanged();
    await turns();
    assert.deepEqual(worker.cancels, []);
    await worker.delivered(low.offer, path);
    const offer = await worker.encode(2);
    await worker.start(offer);
    await client.peer.request('jobs.prioritize', { id: urgent, priority: 0 });
    await client.peer.request('jobs.pause', { id: urgent });
    await waits(await submit({ priority: 100 }));
    await turns();
    assert.deepEqual(worker.cancels, []);
    assert.equal((await harness.store.job(urgent))?.job.preempted, undefined);
    progress(urgent, offer, 900);
    await client.peer.request('jobs.resume', { id: urgent });
    harness.coordinator.settingsChanged();
    await worker.until(() => worker.cancels.length > 0);
  });

  it('takes the slot of one whose priority is lowered while it runs', async () => {
    await start(40);
    const low = await running(80);
    await waits(await submit({ priority: 100 }));
    await turns();
    assert.deepEqual(worker.cancels, []);
    await client.peer.request('jobs.prioritize', { id: low.id, priority: 60 });
    await worker.until(() => worker.cancels.length > 0);
  });

  it('is given out once where more than one slot is free at that moment', async () => {
    harness = await Harness.start({ preemptPriorityGap: 40 });
    client = await harness.subscribed();
    worker = await harness.registered({ slots: { cpu: 2, probe: 2 } });
    const [one, two] = [await running(10), await running(10)];
    const urgent = await submit({ priority: 60 });
    await worker.until(() => worker.cancels.length === 1);
    await Promise.all([one, two].map(({ offer }) => worker.report(offer, { type: 'cancelled' })));
    await worker.encode(4);
    await turns();
    assert.equal(
      worker.offers.filter((o) => o.payload.jobId === urgent && o.payload.kind === 'encode').length,
      1,
    );
  });

  it('does so once to a job, also over a restart', async () => {
    await start(40);
    const low = await running(10);
    const urgent = await submit({ priority: 60 });
    await worker.until(() => worker.cancels.length === 1);
    await worker.report(low.offer, { type: 'cancelled' });
    await worker.finish(await worker.encode(2));
    await client.job(urgent, ({ state }) => state === 'done');
    const again = await worker.encode(3);
    assert.equal(again.payload.jobId, low.id);
    await worker.start(again);
    progress(low.id, again, 900);
    await waits(await submit({ priority: 100 }));
    await turns();
    assert.equal(worker.cancels.length, 1);

    harness.timers.advance(1);
    await harness.crash();
    client = await harness.subscribed();
    worker = harness.worker();
    await worker.register({}, [{ taskId: again.taskId, fence: again.fence }]);
    await turns();
    harness.coordinator.settingsChanged();
    await turns();
    assert.deepEqual(worker.cancels, []);
    await worker.finish(again);
    await client.job(low.id, ({ state }) => state === 'done');
  });

  it('takes the slot of what an earlier daemon began, by the priority that this has now', async () => {
    await start(40);
    const low = await running(80);
    await client.peer.request('jobs.prioritize', { id: low.id, priority: 10 });
    harness.timers.advance(1);
    await harness.crash();
    client = await harness.subscribed();
    worker = harness.worker();
    await worker.register({}, [{ taskId: low.offer.taskId, fence: low.offer.fence }]);
    const waiting = await submit({ priority: 20 });
    await waits(waiting);
    await turns();
    assert.deepEqual(worker.cancels, []);
    // Nothing else happens that would let the queue be looked at.
    await client.peer.request('jobs.prioritize', { id: waiting, priority: 50 });
    await worker.until(() => worker.cancels.length > 0);
  });

  it('takes another slot that is free first, and one of a worker that went away meanwhile', async () => {
    await start(40);
    const low = await running(10);
    const urgent = await submit({ priority: 60 });
    await worker.until(() => worker.cancels.length === 1);
    const second = await harness.registered({ id: 'w2', name: 'second' });
    assert.equal((await second.encode()).payload.jobId, urgent);
    await worker.report(low.offer, { type: 'cancelled' });
    assert.equal((await worker.encode(2)).payload.jobId, low.id);
    assert.equal(
      second.offers.filter(({ payload }) => payload.jobId === urgent && payload.kind === 'encode').length,
      1,
    );
  });

  it('may be cancelled before it has the slot, which then goes to the next', async () => {
    await start(40);
    const low = await running(10);
    const urgent = await submit({ priority: 60 });
    await worker.until(() => worker.cancels.length === 1);
    await client.peer.request('jobs.cancel', { id: urgent });
    await worker.report(low.offer, { type: 'cancelled' });
    assert.equal((await worker.encode(2)).payload.jobId, low.id);
  });
});
