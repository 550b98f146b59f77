import assert from 'node:assert/strict';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { identity } from './fakeWorker.ts';
import { severalPreset, submission } from './fixtures.ts';
import { Harness, turns } from './harness.ts';

describe('coordinator: another folder for a result', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  const gone = { code: 'destination-missing', message: 'The folder /media does not exist.' } as const;

  async function begin() {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    const { job } = await client.peer.request('jobs.submit', submission({ sources: ['/media/clip.mov'] }));
    const choose = async (folder: string) =>
      (await client.peer.request('jobs.chooseFolder', { id: job.id, folder })).job;
    return { client, worker, id: job.id, choose };
  }

  /** Verified, granted, and waiting for its folder. */
  async function waiting() {
    const begun = await begin();
    const offer = await begun.worker.encode();
    await begun.worker.start(offer);
    await begun.worker.verifying(offer);
    const granted = await begun.worker.commit(offer);
    await begun.worker.report(offer, { type: 'waiting', output: 0, error: gone });
    return { ...begun, offer, granted };
  }

  it('a verified result that waits says for what, and gives its slot to the next job', async () => {
    const { client, worker, id } = await waiting();
    const job = await client.job(id, ({ reason }) => reason !== undefined);
    assert.equal(job.state, 'committing');
    assert.match(job.reason?.message ?? '', /\/media does not exist\. The result is kept and waits\./);
    assert.match(job.reason?.hint ?? '', new RegExp(`job choose-folder ${id} FOLDER`));
    await client.peer.request('jobs.submit', submission());
    await worker.encode(2);
  });

  it('keeps its slot while another output of its job is still to be encoded', async () => {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    const sources = ['/media/clip.mov'];
    const several = submission({ sources, preset: { name: 'both', preset: severalPreset } });
    const { job } = await client.peer.request('jobs.submit', several);
    const offer = await worker.encode();
    await worker.start(offer);
    await worker.verifying(offer);
    await worker.commit(offer);
    await worker.report(offer, { type: 'waiting', output: 0, error: gone });
    await client.job(job.id, ({ reason }) => reason !== undefined);
    const next = (await client.peer.request('jobs.submit', submission())).job;
    await client.job(next.id, ({ state }) => state !== 'accepted' && state !== 'probing');
    await turns();
    const encodes = worker.offers.filter(({ payload }) => payload.kind === 'encode');
    assert.deepEqual(encodes, [offer]);
  });

  it('is granted a name there when its worker asks again', async () => {
    const { client, worker, id, offer, granted, choose } = await waiting();
    await choose('/elsewhere/');
    await worker.until(() => worker.asked.some(({ method }) => method === 'task.redirect'));
    const path = await worker.commit(offer, granted);
    assert.equal(path, '/elsewhere/clip.web.mp4');
    // Taken there: the next number.
    assert.equal(await worker.commit(offer, path), '/elsewhere/clip.web-2.mp4');
    await worker.delivered(offer, '/elsewhere/clip.web-2.mp4');
    const done = await client.job(id, ({ state }) => state === 'done');
    assert.equal(done.outputs[0]?.path, '/elsewhere/clip.web-2.mp4');
    assert.equal(done.reason, undefined);
  });

  it('counts what was placed under the first name all the same', async () => {
    const { client, worker, id, offer, granted, choose } = await waiting();
    await choose('/elsewhere');
    await worker.delivered(offer, granted);
    const done = await client.job(id, ({ state }) => state === 'done');
    assert.equal(done.outputs[0]?.path, granted);
  });

  it('brings a result there that an earlier daemon could not place', async () => {
    const { client, id } = await waiting();
    await client.job(id, ({ reason }) => reason !== undefined);
    await harness.crash();
    const again = await harness.subscribed();
    const worker = harness.worker();
    const asked: string[] = [];
    worker.answers = {
      'placement.recover': ({ path }) => {
        asked.push(path);
        return path.startsWith('/media/')
          ? Promise.reject(DffmpegError.from(gone))
          : Promise.resolve({ outcome: 'placed', identity });
      },
    };
    await worker.register();
    await again.job(id, ({ state, reason }) => state === 'committing' && reason?.code === gone.code);
    await worker.until(() => asked.length > 0);
    await again.peer.request('jobs.chooseFolder', { id, folder: '/elsewhere' });
    const done = await again.job(id, ({ state }) => state === 'done');
    assert.equal(done.outputs[0]?.path, '/elsewhere/clip.web.mp4');
    assert.equal(asked.at(-1), '/elsewhere/clip.web.mp4');
  });

  it('a job that waits for room is offered with names there; a failed one is retried', async () => {
    const { client, worker, id, choose } = await begin();
    const offer = await worker.encode();
    const error = { code: 'destination-unwritable', message: 'Read-only.' } as const;
    await worker.report(offer, { type: 'failed', error });
    await client.job(id, ({ state }) => state === 'failed');
    await choose('/elsewhere');
    const { payload } = await worker.encode(2);
    assert.equal(payload.kind === 'encode' && payload.outputs[0]?.path, '/elsewhere/clip.web.mp4');
    await assert.rejects(choose('elsewhere'), { code: 'request-invalid' });
  });

  it('what is done stays where it is', async () => {
    const { client, worker, id, choose } = await begin();
    await worker.finish(await worker.encode());
    await client.job(id, ({ state }) => state === 'done');
    await assert.rejects(choose('/elsewhere'), { code: 'conflict' });
  });
});
