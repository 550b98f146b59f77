import assert from 'node:assert/strict';
import type { Verdict } from '../../../src/encoding/verdict.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { type FakeWorker, identity, sourceState } from './fakeWorker.ts';
import { severalPreset, submission } from './fixtures.ts';
import { Harness } from './harness.ts';

const day = 86_400_000;
const moved = { path: '/media/clip.mp4', identity: { device: '1', inode: '2' }, bytes: 5 };
const aside = '/media/.dffmpeg-replaced/j/clip.mov';

describe('coordinator: replacing a source', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  const source = '/media/clip.mov';

  function willing(worker: FakeWorker): FakeWorker {
    worker.answers = {
      'source.replace': () => Promise.resolve({ ...moved, aside }),
      'source.restore': ({ home }) => Promise.resolve({ result: { ...moved, path: home } }),
      'source.discard': () => Promise.resolve({ outcome: 'discarded' }),
    };
    return worker;
  }

  async function encoded(result: { verdict?: Verdict; bytes?: number } = {}) {
    const client = await harness.subscribed();
    const worker = willing(await harness.registered());
    Object.assign(worker, result);
    const asked = submission({ sources: [source], onSuccess: 'replace' });
    const { id } = (await client.peer.request('jobs.submit', asked)).job;
    const home = await worker.finish(await worker.encode());
    return { client, worker, id, home };
  }

  const asked = (worker: FakeWorker, method: string) =>
    worker.asked.filter((each) => each.method === method).map(({ params }) => params);

  async function replaced() {
    const made = await encoded();
    const job = await made.client.job(made.id, ({ replacement }) => replacement?.state === 'replaced');
    return { ...made, job };
  }

  it('lets a verified, smaller result take the place of its source', async () => {
    const { worker, job, id, home } = await replaced();
    assert.equal(job.state, 'done');
    assert.deepEqual(asked(worker, 'source.replace'), [
      { jobId: id, source: { ...sourceState, path: source }, result: { path: home, identity, bytes: 5 } },
    ]);
    assert.equal(job.outputs[0]?.path, moved.path);
    assert.deepEqual(job.replacement, {
      state: 'replaced',
      aside,
      keptUntil: harness.timers.now + 30 * day,
    });
  });

  it('undoes that, and does it again', async () => {
    const { client, worker, id, home } = await replaced();
    const undone = (await client.peer.request('jobs.undo', { id })).job;
    assert.deepEqual(undone.replacement, { state: 'undone' });
    assert.equal(undone.outputs[0]?.path, home);
    assert.equal(asked(worker, 'source.restore').length, 1);
    assert.equal((await client.peer.request('jobs.undo', { id })).job.replacement?.state, 'undone');
    const again = (await client.peer.request('jobs.replace', { id })).job;
    assert.equal(again.replacement?.state, 'replaced');
  });

  const warned: Verdict = { level: 'warn', findings: [{ level: 'warn', message: 'It ends early.' }] };

  it('holds it back on a warning, until a person says so', async () => {
    const { client, worker, id } = await encoded({ verdict: warned });
    const held = await client.job(id, ({ state }) => state === 'done');
    assert.equal(held.replacement?.state, 'held');
    assert.match(held.replacement.reason?.message ?? '', /It ends early\./);
    assert.deepEqual(asked(worker, 'source.replace'), []);
    const after = (await client.peer.request('jobs.replace', { id })).job;
    assert.equal(after.replacement?.state, 'replaced');
    assert.equal(after.replacement.reason, undefined);
  });

  it('refuses it for good where too little is gained', async () => {
    const { client, worker, id } = await encoded({ bytes: 960_000 });
    const refused = await client.job(id, ({ state }) => state === 'done');
    assert.equal(refused.replacement?.state, 'refused');
    assert.match(refused.replacement.reason?.message ?? '', /only 4\.0 % smaller/);
    await assert.rejects(client.peer.request('jobs.replace', { id }), { code: 'conflict' });
    assert.deepEqual(asked(worker, 'source.replace'), []);
  });

  it('holds it back with the reason when the worker refuses', async () => {
    const { client, worker, id } = await encoded({ verdict: warned });
    const changed = new DffmpegError('source-changed', 'It changed.', { hint: 'Look.' });
    worker.answers = { 'source.replace': () => Promise.reject(changed) };
    await client.job(id, ({ state }) => state === 'done');
    await assert.rejects(client.peer.request('jobs.replace', { id }), { code: 'source-changed' });
    const { job } = await client.peer.request('jobs.get', { id });
    assert.equal(job.replacement?.state, 'held');
    assert.equal(job.replacement.reason?.message, 'It changed.');
  });

  it('stays replaced when an undo is refused', async () => {
    const { client, worker, id } = await replaced();
    const taken = new DffmpegError('conflict', 'Another file.');
    worker.answers = { 'source.restore': () => Promise.reject(taken) };
    await assert.rejects(client.peer.request('jobs.undo', { id }), { code: 'conflict' });
    const { job } = await client.peer.request('jobs.get', { id });
    assert.equal(job.replacement?.state, 'replaced');
    assert.equal(job.outputs[0]?.path, moved.path);
  });

  it('goes on after a kill in the middle, when the worker is back', async () => {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    worker.answers = { 'source.replace': () => new Promise(() => undefined) };
    const { id } = (
      await client.peer.request('jobs.submit', submission({ sources: [source], onSuccess: 'replace' }))
    ).job;
    await worker.finish(await worker.encode());
    await worker.until(() => asked(worker, 'source.replace').length === 1);
    await harness.crash();
    const after = await harness.subscribed();
    assert.equal((await after.peer.request('jobs.get', { id })).job.replacement?.state, 'replacing');
    const back = harness.worker();
    willing(back);
    await back.register();
    await after.job(id, ({ replacement }) => replacement?.state === 'replaced');
    assert.deepEqual(asked(back, 'source.replace'), asked(worker, 'source.replace'));
  });

  it('deletes the source when it was kept for long enough, also after a restart', async () => {
    const { client, worker, id } = await replaced();
    harness.timers.advance(29 * day);
    await harness.restart();
    assert.deepEqual(asked(worker, 'source.discard'), []);
    const after = await harness.subscribed();
    const back = harness.worker();
    willing(back);
    await back.register();
    harness.timers.advance(2 * day);
    const expired = await after.job(id, ({ replacement }) => replacement?.state === 'expired');
    assert.equal(expired.replacement?.aside, undefined);
    assert.deepEqual(asked(back, 'source.discard'), [
      { jobId: id, source: { ...sourceState, path: source } },
    ]);
    await assert.rejects(after.peer.request('jobs.undo', { id }), { code: 'conflict' });
    void client;
  });

  it('keeps the source where nobody asked for anything else', async () => {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    await worker.finish(await worker.encode());
    const job = await client.job(id, ({ state }) => state === 'done');
    assert.equal(job.replacement, undefined);
    for (const method of ['jobs.undo', 'jobs.replace'] as const)
      await assert.rejects(client.peer.request(method, { id }), { code: 'conflict' });
  });

  it('refuses at once where there is no one file for one file', async () => {
    const client = harness.client();
    const { stream } = severalPreset.outputs!;
    const asks = [
      submission({ onSuccess: 'replace', sources: ['/media/a.mov', '/media/b.mov'] }),
      submission({ onSuccess: 'replace', preset: { name: 'several', preset: severalPreset } }),
      submission({
        onSuccess: 'replace',
        preset: { name: 'stream', preset: { ...severalPreset, outputs: { stream: stream! } } },
      }),
    ];
    for (const ask of asks)
      await assert.rejects(client.peer.request('jobs.submit', ask), { code: 'request-invalid' });
  });
});
