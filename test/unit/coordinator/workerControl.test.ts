import assert from 'node:assert/strict';
import type { Job } from '../../../src/protocol/model.ts';
import { Harness, type FakeClient } from './harness.ts';
import { describeWorker, type FakeWorker } from './fakeWorker.ts';
import { submission } from './fixtures.ts';

describe('coordinator: what a person does with workers', () => {
  let harness: Harness;
  let client: FakeClient;
  let here: FakeWorker;

  beforeEach(async () => {
    harness = await Harness.start();
    client = await harness.subscribed();
    here = harness.worker();
    here.holdsFiles();
    await here.register({ id: 'here', name: 'desk', local: true, slots: { cpu: 0, probe: 4 } });
  });
  afterEach(() => harness.stop());

  async function node(): Promise<FakeWorker> {
    const worker = harness.worker('node');
    await worker.register({ id: 'node', name: 'rack 1', local: false });
    return worker;
  }
  const info = async (id: string) =>
    (await client.peer.request('workers.list', {})).workers.find((worker) => worker.id === id);

  it('gives a drained one nothing more, says so with the job, and gives it jobs again', async () => {
    const worker = await node();
    const { worker: drained } = await client.peer.request('workers.drain', { worker: 'rack 1' });
    assert.equal(drained.drained, true);
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    const isSaid = ({ reason }: Job): boolean =>
      reason?.message === 'rack 1 is drained: it is given nothing more.';
    await client.job(id, isSaid);
    await client.peer.request('workers.resume', { worker: 'node' });
    await worker.encode();
  });

  it('lets a drained one end what it runs', async () => {
    const worker = await node();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    const offer = await worker.encode();
    await client.peer.request('workers.drain', { worker: 'node' });
    await worker.start(offer);
    assert.equal((await client.peer.request('jobs.get', { id })).job.state, 'running');
    assert.deepEqual((await info('node'))?.running, [id]);
  });

  it('begins what requires a label once a worker is given it, also after a restart', async () => {
    await node();
    const asked = submission({ require: ['gpu', 'gpu'], prefer: [] });
    const { id } = (await client.peer.request('jobs.submit', asked)).job;
    const waiting = await client.job(
      id,
      ({ reason }) => reason?.message === 'No connected worker has the label “gpu”.',
    );
    assert.equal(waiting.reason?.hint, 'It starts when one has: dffmpeg worker label NAME gpu');
    assert.deepEqual([waiting.require, waiting.prefer], [['gpu'], undefined]);
    await harness.restart();
    client = await harness.subscribed();
    const worker = await node();
    await client.peer.request('workers.setLabels', { worker: 'node', labels: ['gpu'] });
    assert.equal((await worker.encode()).payload.jobId, id);
  });

  it('remembers it over a restart, and knows who is away', async () => {
    const worker = await node();
    await client.peer.request('workers.drain', { worker: 'node' });
    await client.peer.request('workers.setLabels', { worker: 'node', labels: ['gpu', 'attic'] });
    worker.peer.close();
    while ((await info('node'))?.connected !== false);
    await harness.restart();
    client = await harness.subscribed();
    const away = await info('node');
    assert.deepEqual(away && [away.name, away.connected, away.drained, away.labels], [
      ...['rack 1', false, true],
      ['attic', 'gpu'],
    ]);
    assert.equal(typeof away?.lastSeenAt, 'number');
    await node();
    const back = await info('node');
    assert.deepEqual(back && [back.connected, back.drained], [true, true]);
  });

  it('calls it what a person calls it, also after a restart and while it is away, and takes no name twice', async () => {
    const worker = await node();
    await client.peer.request('workers.drain', { worker: 'rack 1' });
    const asked = (on: string) => client.peer.request('jobs.submit', submission({ on }));
    const { id } = (await asked('rack 1')).job;
    const { worker: renamed } = await client.peer.request('workers.rename', {
      worker: 'rack 1',
      name: 'attic',
    });
    assert.equal(renamed.name, 'attic');
    await assert.rejects(client.peer.request('workers.rename', { worker: 'attic', name: 'desk' }), {
      code: 'conflict',
    });
    await assert.rejects(client.peer.request('workers.drain', { worker: 'rack 1' }), { code: 'not-found' });
    await client.job(id, ({ reason }) => reason?.message === 'attic is drained: it is given nothing more.');
    // Asked for by its old name, and by its new one.
    const { id: next } = (await asked('attic')).job;
    worker.peer.close();
    while ((await info('node'))?.connected !== false);
    assert.equal((await info('node'))?.name, 'attic');
    await harness.restart();
    client = await harness.subscribed();
    assert.equal((await info('node'))?.name, 'attic');
    const back = await node();
    assert.equal((await info('node'))?.name, 'attic');
    await client.peer.request('workers.resume', { worker: 'attic' });
    const { jobId } = (await back.encode()).payload;
    assert.ok([id, next].includes(jobId));
    await client.job(jobId === id ? next : id, ({ reason }) => reason?.code === 'slots-busy');
  });

  it('keeps what a worker said of itself last', async () => {
    const worker = await node();
    await worker.peer.request('worker.update', {
      worker: describeWorker({ id: 'node', name: 'rack 1', local: false, cores: 64 }),
    });
    worker.peer.close();
    while ((await info('node'))?.connected !== false);
    await harness.restart();
    client = await harness.subscribed();
    assert.equal((await info('node'))?.cores, 64);
  });

  it('gives back what a removed one ran, and forgets it', async () => {
    const worker = await node();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    await worker.start(await worker.encode());
    await harness.coordinator.forgetWorker('rack 1');
    const job = await client.job(id, ({ state }) => state === 'waiting');
    assert.match(job.attempts.at(-1)?.error?.message ?? '', /rack 1 was removed while this ran/);
    assert.equal(await info('node'), undefined);
    await harness.restart();
    client = await harness.subscribed();
    assert.equal(await info('node'), undefined);
  });

  it('says who there is, where nobody or more than one has that name, and keeps this machine', async () => {
    await node();
    await assert.rejects(client.peer.request('workers.drain', { worker: 'nobody' }), {
      code: 'not-found',
      hint: 'Known are: desk, rack 1.',
    });
    await harness.worker('other').register({ id: 'other', name: 'rack 1', local: false });
    await assert.rejects(client.peer.request('workers.drain', { worker: 'rack 1' }), {
      code: 'conflict',
      hint: 'Name it by its id: node, other.',
    });
    await assert.rejects(harness.coordinator.forgetWorker('desk'), { code: 'conflict' });
  });
});
