import assert from 'node:assert/strict';
import type { Health } from '../../../src/protocol/inquiry.ts';
import type { ReceivedParams } from '../../../src/protocol/contract.ts';
import type { WorkerMethods } from '../../../src/protocol/workerContract.ts';
import type { FakeWorker } from './fakeWorker.ts';
import { probe, severalPreset, submission } from './fixtures.ts';
import { Harness } from './harness.ts';

const health: Health = {
  ...{ path: '/media/clip.mov', thorough: false, bytes: 5, truncated: false, damage: 0, places: [] },
  ...{ verdict: { level: 'pass', findings: [] }, tracks: [] },
};

describe('inquiries', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });

  afterEach(async () => {
    await harness.stop();
  });

  const asked = { sources: ['/media/clip.mov'], preset: { name: 'web', preset: severalPreset } };

  /** Looks at files as `probe` says, and plans what it is asked for. */
  function previews(worker: FakeWorker): ReceivedParams<WorkerMethods['encode.preview']>['payload'][] {
    const payloads: ReceivedParams<WorkerMethods['encode.preview']>['payload'][] = [];
    worker.answers = {
      'media.probe': ({ sources }) => Promise.resolve({ probes: sources.map(() => probe) }),
      'encode.preview': ({ payload }) => {
        payloads.push(payload);
        return Promise.resolve({
          outputs: payload.outputs.map(({ index }) => ({
            index,
            commands: [{ purpose: 'encode' as const, argv: ['ffmpeg', `${index}`] }],
            files: [],
            notes: [],
          })),
        });
      },
    };
    return payloads;
  }

  it('preview what an encode would be offered, and reserve no name', async () => {
    const worker = await harness.registered();
    const payloads = previews(worker);
    const client = await harness.subscribed();
    const { outputs } = await client.peer.request('jobs.preview', { inquiryId: 'i', ...asked });
    assert.deepEqual(outputs, [
      {
        ...{ name: 'hd', applies: true, path: '/media/clip.web.hd.mp4', files: [], notes: [] },
        commands: [{ purpose: 'encode', argv: ['ffmpeg', '0'] }],
      },
      {
        ...{ name: 'uhd', applies: false, commands: [], files: [], notes: [] },
        why: 'The picture is 1080 pixels tall; this output is for one taller than 1080 pixels.',
      },
      {
        ...{ name: 'stream', applies: true, path: '/media/clip.web.stream', files: [], notes: [] },
        commands: [{ purpose: 'encode', argv: ['ffmpeg', '2'] }],
      },
    ]);

    assert.equal((await client.peer.request('jobs.list', {})).jobs.length, 0);
    await client.peer.request('jobs.submit', submission(asked));
    const offer = await worker.encode();
    assert.deepEqual({ ...payloads[0], jobId: '' }, { ...offer.payload, jobId: '' });
  });

  it('say so of every output when none is for the source', async () => {
    const worker = await harness.registered();
    const payloads = previews(worker);
    const preset = { ...severalPreset, outputs: { uhd: { when: { tallerThan: 1080 } } } };
    const { outputs } = await harness
      .client()
      .peer.request('jobs.preview', { inquiryId: 'i', ...asked, preset: { name: 'web', preset } });
    assert.deepEqual(
      outputs.map(({ name, applies }) => ({ name, applies })),
      [{ name: 'uhd', applies: false }],
    );
    assert.deepEqual(payloads, []);
  });

  it('refuse what a submission would be refused for', async () => {
    await harness.registered();
    await assert.rejects(
      harness.client().peer.request('jobs.preview', { inquiryId: 'i', ...asked, output: '${nope}' }),
      { code: 'template-invalid' },
    );
  });

  it('tell their progress to the client that asked, under its own id, while they run', async () => {
    const worker = await harness.registered();
    let finish: () => void = () => undefined;
    worker.answers = {
      'media.check': ({ inquiryId }) => {
        worker.peer.emit('inquiry.progress', { inquiryId, fraction: 0.5, step: 'decoding' });
        return new Promise((resolve) => {
          finish = () => {
            resolve(health);
          };
        });
      },
    };
    const [client, other] = [harness.client(), harness.client()];
    const answer = client.peer.request('media.check', { inquiryId: 'same', path: '/media/clip.mov' });
    await client.until(() => client.inquiries.length > 0);
    assert.deepEqual(client.inquiries, [{ inquiryId: 'same', fraction: 0.5, step: 'decoding' }]);
    finish();
    assert.deepEqual(await answer, health);
    const [first] = worker.asked;
    assert.notEqual((first?.params as { inquiryId: string }).inquiryId, 'same');
    assert.deepEqual(other.inquiries, []);
  });

  it('end on the worker when they are cancelled, and when the client goes away', async () => {
    const worker = await harness.registered();
    const ended: string[] = [];
    let notify: () => void = () => undefined;
    worker.answers = {
      'media.check': ({ path }, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            ended.push(path);
            notify();
            reject(new Error('ended'));
          });
        }),
    };
    const client = harness.client();
    const cancel = new AbortController();
    const answers = [
      client.peer.request('media.check', { inquiryId: 'a', path: '/media/a.mov' }, { signal: cancel.signal }),
      client.peer.request('media.check', { inquiryId: 'b', path: '/media/b.mov' }),
    ];
    const rejected = Promise.all([
      assert.rejects(answers[0]!, { code: 'cancelled' }),
      assert.rejects(answers[1]!, { code: 'disconnected' }),
    ]);
    await worker.until(() => worker.asked.length === 2);
    const both = new Promise<void>((resolve) => {
      notify = () => {
        if (ended.length === 1) client.peer.close();
        else resolve();
      };
    });
    cancel.abort();
    await both;
    await rejected;
    assert.deepEqual(ended, ['/media/a.mov', '/media/b.mov']);
  });

  it('wait for the worker of a daemon that has just begun, but not for ever', async () => {
    const client = harness.client();
    const answer = client.peer.request('media.check', { inquiryId: 'a', path: '/media/a.mov' });
    const worker = harness.worker();
    worker.answers = { 'media.check': () => Promise.resolve(health) };
    await worker.register();
    assert.deepEqual(await answer, health);
    worker.peer.close();
    await worker.peer.closed;
    const late = client.peer.request('media.check', { inquiryId: 'b', path: '/media/a.mov' });
    const refused = assert.rejects(late, { code: 'worker-lost' });
    // Its request is served once a later one is answered.
    await client.peer.request('jobs.list', {});
    harness.timers.advance(30_000);
    await refused;
  });

  it('measure a job’s result against its source, made as the job made it', async () => {
    const worker = await harness.registered();
    const client = await harness.subscribed();
    const { job } = await client.peer.request('jobs.submit', submission(asked));
    const offer = await worker.encode();
    const early = client.peer.request('media.measure', { inquiryId: 'i', of: { jobId: job.id } });
    await assert.rejects(early, { code: 'request-invalid' });
    await worker.finish(offer);
    await client.job(job.id, ({ state }) => state === 'done');

    const measured: unknown[] = [];
    worker.answers = {
      'media.measure': ({ inquiryId, ...params }) => {
        assert.notEqual(inquiryId, 'i');
        measured.push(params);
        return Promise.resolve({
          ...{ result: params.result, reference: params.reference, width: 1, height: 1, notes: [] },
          figures: [{ metric: 'ssim' as const, mean: 1 }],
        });
      },
    };
    await client.peer.request('media.measure', {
      inquiryId: 'i',
      of: { jobId: job.id, output: 'stream' },
    });
    assert.deepEqual(measured, [
      {
        metrics: ['ssim', 'psnr'],
        result: '/media/clip.web.stream',
        reference: '/media/clip.mov',
        made: { ...offer.payload, outputs: [{ index: 2, path: '/media/clip.web.stream' }] },
      },
    ]);
    await assert.rejects(
      client.peer.request('media.measure', { inquiryId: 'i', of: { jobId: job.id, output: 'streem' } }),
      { code: 'request-invalid', hint: /Did you mean “stream”/ },
    );
    await assert.rejects(
      client.peer.request('media.measure', { inquiryId: 'i', of: { jobId: job.id, output: 'uhd' } }),
      { code: 'request-invalid', hint: /not for this source/ },
    );
  });
});
