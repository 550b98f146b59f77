import assert from 'node:assert/strict';
import { clientMethods } from '../../../src/protocol/clientContract.ts';
import { describeWorker } from './fakeWorker.ts';
import { submission } from './fixtures.ts';
import { Harness } from './harness.ts';

describe('roles', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });

  afterEach(() => harness.stop());

  it('let a client ask for what is for clients, and for nothing else', async () => {
    const { peer } = harness.client('client');
    const open = Object.entries(clientMethods)
      .filter(([, method]) => 'forClients' in method)
      .map(([name]) => name);
    assert.deepEqual(open, ['session.open', 'presets.list']);
    for (const request of [
      peer.request('daemon.stop', {}),
      peer.request('jobs.submit', submission()),
      peer.request('jobs.list', {}),
      peer.request('subscribe', { topics: ['jobs'] }),
      peer.request('sources.scan', { paths: ['/'] }),
    ])
      await assert.rejects(request, { code: 'forbidden' });
    const { jobs } = await harness.client('admin').peer.request('jobs.list', {});
    assert.deepEqual(jobs, []);
  });

  it('let a worker of another machine speak for itself alone', async () => {
    const own = await harness.registered();
    const stranger = harness.worker('node');
    const described = describeWorker();
    for (const worker of [
      described,
      { ...described, id: 'another', local: false },
      { ...described, id: 'node', local: true },
    ])
      await assert.rejects(stranger.peer.request('worker.register', { worker, running: [] }), {
        code: 'forbidden',
      });
    const itself = { ...described, id: 'node', local: false };
    await stranger.peer.request('worker.register', { worker: itself, running: [] });
    for (const worker of [described, { ...itself, local: true }])
      await assert.rejects(stranger.peer.request('worker.update', { worker }), { code: 'forbidden' });
    const { workers } = await harness.client().peer.request('workers.list', {});
    assert.deepEqual(workers.map(({ id }) => id).sort(), [described.id, 'node'].sort());
    assert.ok(own);
  });

  it('keep a worker from registering a second one over its channel', async () => {
    const own = await harness.registered();
    const worker = { ...describeWorker(), id: 'second' };
    await assert.rejects(own.peer.request('worker.register', { worker, running: [] }), { code: 'forbidden' });
  });
});
