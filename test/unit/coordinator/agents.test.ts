import assert from 'node:assert/strict';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import type { Channel } from '../../../src/protocol/channel.ts';
import { createPeer } from '../../../src/protocol/peer.ts';
import type { Handlers } from '../../../src/protocol/contract.ts';
import {
  coordinatorMethods,
  workerMethods,
  type CoordinatorMethods,
} from '../../../src/protocol/workerContract.ts';
import type { FakeWorker, Offer } from './fakeWorker.ts';
import { submission } from './fixtures.ts';
import { turns, Harness, type FakeClient } from './harness.ts';

const notAsked = () => Promise.reject(new Error('not in this test'));
const noHandlers = Object.fromEntries(
  Object.keys(coordinatorMethods).map((name) => [name, notAsked]),
) as unknown as Handlers<CoordinatorMethods>;

/** `desk` has the files and encodes nothing; `fleet` has a node, and is one worker of the desk's. */
describe('coordinator: a fleet and its client', () => {
  let desk: Harness;
  let fleet: Harness;
  let client: FakeClient;
  let boss: FakeClient;
  let here: FakeWorker;
  let node: FakeWorker;
  let link: Channel;

  beforeEach(async () => {
    [desk, fleet] = [await Harness.start(), await Harness.start()];
    client = desk.client();
    await client.peer.request('subscribe', { topics: ['jobs', 'progress', 'workers'] });
    boss = await fleet.subscribed();
    here = desk.worker();
    here.holdsFiles();
    await here.register({ id: 'here', name: 'desk', local: true, slots: { cpu: 0, probe: 4 } });
    node = await nodeOf(fleet, 'node');
    await connect();
  });
  afterEach(async () => {
    await desk.stop();
    await fleet.stop();
  });

  async function nodeOf(harness: Harness, id: string, labels: string[] = []): Promise<FakeWorker> {
    const worker = harness.worker(id);
    await worker.register({ id, name: id, local: false, slots: { cpu: 1, probe: 0 }, labels });
    return worker;
  }
  async function connect(): Promise<void> {
    const [near, far] = createMemoryChannelPair();
    void desk.coordinator.attachWorker(near, 'studio', true);
    fleet.coordinator.attachAgent(far, 'anna');
    link = near;
    await client.until(() => client.workers.some(({ id, connected }) => id === 'studio' && connected));
  }
  async function submit(changes: Parameters<typeof submission>[0] = {}): Promise<string> {
    return (await client.peer.request('jobs.submit', submission(changes))).job.id;
  }
  const steps = (id: string): string[] =>
    client.progress.flat().flatMap(({ jobId, step }) => (jobId === id && step !== undefined ? [step] : []));
  const ofFleet = async () => (await boss.peer.request('jobs.list', { limit: 100 })).jobs;
  const keyOf = ({ taskId, fence }: Offer) => ({ taskId, fence });

  it('is one worker there, with all that its own have and can', async () => {
    await nodeOf(fleet, 'second', ['gpu']);
    await client.until(() => client.workers.some(({ members }) => members === 2));
    const studio = client.workers.find(({ id }) => id === 'studio');
    assert.deepEqual(
      [studio?.name, studio?.slots, studio?.cores, studio?.labels, studio?.local],
      ['studio', { cpu: 2, probe: 0 }, 8, ['gpu'], false],
    );
    assert.equal(studio?.capabilities['libx264']?.usable, true);
  });

  it('encodes with tickets of its own, fetched from the desk and handed over to it, which end with the job', async () => {
    const id = await submit({ priority: 70 });
    const offer = await node.encode();
    await node.start(offer);
    const { holder, sources } = await node.peer.request('task.sources', keyOf(offer));
    assert.equal(holder, 'anna');
    const [given] = sources;
    assert.deepEqual(fleet.passed.get(given?.ticket ?? '')?.taker, 'node');
    assert.equal(fleet.passed.get(given?.ticket ?? '')?.from, 'anna');
    await client.job(id, ({ attempts }) => attempts.at(-1)?.argv !== undefined);
    await node.verifying(offer);
    const { path } = await node.handOver(offer);
    const { outputs, attempts } = await client.job(id, ({ state }) => state === 'done');
    assert.equal(outputs[0]?.path, path);
    assert.equal(attempts.at(-1)?.worker, 'studio');
    const [theirs] = await ofFleet();
    assert.deepEqual(
      [theirs?.state, theirs?.client, theirs?.priority, theirs?.outputs[0]?.path],
      ['done', 'anna', 70, path],
    );
    await turns();
    assert.equal(fleet.passed.size, 0);
    assert.deepEqual(await fleet.store.owedTo('anna'), []);
    // Told again, because the answer was lost.
    assert.deepEqual(await node.handOver(offer), { path, bytes: 5 });
  });

  it('gives a job that needs a label to a node that has it', async () => {
    const second = await nodeOf(fleet, 'second', ['gpu']);
    await client.until(() => client.workers.some(({ members }) => members === 2));
    await submit({ require: ['gpu'] });
    await second.encode();
    assert.equal(node.offers.length, 0);
  });

  it('tells the desk when a job cannot be done, and it is tried elsewhere', async () => {
    const id = await submit();
    const offer = await node.encode();
    await node.start(offer);
    const error = { code: 'source-damaged', message: 'It ends in the middle.' } as const;
    await node.report(offer, { type: 'failed', error, exit: { code: 1, signal: null } });
    const { reason, attempts } = await client.job(id, ({ state }) => state === 'failed');
    assert.equal(reason?.code, 'source-damaged');
    assert.deepEqual(attempts.at(-1)?.exit, { code: 1, signal: null });
  });

  it('goes on over another connection, and is told what ended meanwhile', async () => {
    const id = await submit();
    const offer = await node.encode();
    await node.start(offer);
    link.close();
    await client.until(() => client.workers.some(({ id: its, connected }) => its === 'studio' && !connected));
    const handed = node.handOver(offer);
    await turns();
    await connect();
    await handed;
    const { attempts } = await client.job(id, ({ state }) => state === 'done');
    assert.equal(attempts.filter(({ kind }) => kind === 'encode').length, 1);
  });

  it('is not given what comes from another queue: two that are workers of each other pass nothing on for ever', async () => {
    const [near, far] = createMemoryChannelPair();
    void fleet.coordinator.attachWorker(near, 'desk', true);
    desk.coordinator.attachAgent(far, 'studio');
    node.peer.close();
    const own = await nodeOf(desk, 'own');
    await turns();
    const id = await submit({ on: 'studio' });
    await turns();
    assert.equal(own.offers.filter(({ payload }) => payload.kind === 'encode').length, 0);
    const { job } = await client.peer.request('jobs.get', { id });
    assert.equal(job.state, 'waiting', JSON.stringify(job.reason));
  });

  it('says what is missing there while it has no node', async () => {
    node.peer.close();
    await client.until(() => client.workers.some(({ members }) => members === 0));
    const id = await submit();
    const { reason } = await client.job(id, (job) => job.reason?.code === 'ffmpeg-missing');
    assert.match(reason?.message ?? '', /No worker is connected there/);
  });

  it('is told when people give a job another priority', async () => {
    await boss.peer.request('queue.pause', {});
    const id = await submit();
    for (;;) if ((await ofFleet()).length === 1) break;
    await client.peer.request('jobs.prioritize', { id, priority: 90 });
    for (;;) if ((await ofFleet())[0]?.priority === 90) break;
  });

  it('keeps what somebody there has paused, and pauses what somebody at the desk has', async () => {
    const id = await submit();
    const offer = await node.encode();
    await node.start(offer);
    const suspends = () => node.asked.filter(({ method }) => method === 'task.suspend').length;
    const { jobId } = offer.payload;
    await boss.peer.request('jobs.pause', { id: jobId });
    await node.until(() => suspends() === 1);
    link.close();
    await client.until(() => client.workers.some(({ id: its, connected }) => its === 'studio' && !connected));
    await connect();
    await turns();
    assert.equal((await ofFleet())[0]?.suspended, true, 'the desk says that it is not paused there');
    await boss.peer.request('jobs.resume', { id: jobId });
    await client.peer.request('jobs.pause', { id });
    await boss.job(jobId, ({ suspended }) => suspended);
    await client.peer.request('jobs.resume', { id });
    await boss.job(jobId, ({ suspended }) => !suspended);
  });

  it('lets nobody there decide what its files are for', async () => {
    await submit();
    const { jobId: id } = (await node.encode()).payload;
    for (const asked of [
      boss.peer.request('jobs.chooseFolder', { id, folder: '/tmp' }),
      boss.peer.request('jobs.cancel', { id }).then(() => boss.peer.request('jobs.retry', { id })),
    ])
      await assert.rejects(asked, { code: 'conflict' });
  });

  it('cancels all that it has for a client that is none any more', async () => {
    await submit();
    const offer = await node.encode();
    await node.start(offer);
    link.close();
    await fleet.coordinator.forgetClient('anna');
    await node.until(() => node.cancels.length === 1);
    await node.report(offer, { type: 'cancelled' });
    await boss.job(offer.payload.jobId, ({ state }) => state === 'cancelled');
    assert.deepEqual(await fleet.store.owedTo('anna'), []);
  });

  it('hears of a cancel that overtakes its offer', async () => {
    const [near, far] = createMemoryChannelPair();
    fleet.coordinator.attachAgent(far, 'bob');
    const peer = createPeer({
      ...{
        channel: near,
        serves: coordinatorMethods,
        asks: workerMethods,
        emits: {},
        hears: {},
        listeners: {},
      },
      handlers: { ...noHandlers, 'worker.register': () => Promise.resolve({ stop: [] }) },
    });
    await submit();
    const { taskId, fence, payload } = await node.encode();
    const offered = peer.request('task.offer', { taskId, fence, payload });
    await peer.request('task.cancel', { taskId, fence });
    assert.equal((await offered).accepted, true);
    const theirs = (await ofFleet()).find((job) => job.client === 'bob');
    assert.equal(theirs?.state, 'cancelled');
  });

  it('is told when it is back that people have cancelled a job meanwhile', async () => {
    const id = await submit();
    const offer = await node.encode();
    await node.start(offer);
    link.close();
    await client.until(() => client.workers.some(({ id: its, connected }) => its === 'studio' && !connected));
    await client.peer.request('jobs.cancel', { id });
    await connect();
    await node.until(() => node.cancels.length === 1);
    await node.report(offer, { type: 'cancelled' });
    await client.job(id, ({ state }) => state === 'cancelled');
  });

  it('stops what the desk does not want any more', async () => {
    const id = await submit();
    const offer = await node.encode();
    await node.start(offer);
    await client.peer.request('jobs.cancel', { id });
    await node.until(() => node.cancels.length === 1);
    await node.report(offer, { type: 'cancelled' });
    await client.job(id, ({ state }) => state === 'cancelled');
    assert.equal((await ofFleet())[0]?.state, 'cancelled');
  });

  /** What the desk says of it, as time goes by. */
  async function told(id: string, what: RegExp): Promise<void> {
    while (!steps(id).some((step) => what.test(step))) {
      desk.timers.advance(1000);
      await turns();
    }
  }

  it('says at the desk why it waits there, and what is done', async () => {
    await boss.peer.request('queue.pause', {});
    const id = await submit();
    await told(id, /^waiting in the fleet: The queue is paused/);
    await boss.peer.request('queue.resume', {});
    const offer = await node.encode();
    await node.start(offer);
    const { jobId } = offer.payload;
    node.peer.emit('task.progress', { jobId, fence: offer.fence, fraction: 0.5, step: 'first pass' });
    await told(id, /^first pass$/);
  });
});
