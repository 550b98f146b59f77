import assert from 'node:assert/strict';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { identity } from './fakeWorker.ts';
import { probe, submission } from './fixtures.ts';
import { Harness, turns } from './harness.ts';

const source = '/media/clip.mov';
const aside = '/media/.dffmpeg-replaced/j/clip.mov';

describe('coordinator: jobs that share a source', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  /** A worker that replaces `clip.mov` by `moved`, and undoes that. */
  async function begin(moved = '/media/clip.mp4') {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    worker.answers = {
      'source.replace': () => Promise.resolve({ path: moved, identity, bytes: 5, aside }),
      'source.restore': ({ home }) => Promise.resolve({ result: { path: home, identity, bytes: 5 } }),
    };
    const submit = async (more: Parameters<typeof submission>[0] = {}) =>
      (await client.peer.request('jobs.submit', submission({ sources: [source], ...more }))).job.id;
    const replacements = () => worker.asked.filter(({ method }) => method === 'source.replace').length;
    return { client, worker, submit, replacements };
  }

  it('the source stays until the other job has encoded it, which is said; then the result takes its place', async () => {
    const { client, worker, submit, replacements } = await begin();
    const first = await submit({ onSuccess: 'replace' });
    const offer = await worker.encode();
    const second = await submit();
    await worker.finish(offer);
    const waits = await client.job(first, ({ replacement }) => replacement?.reason !== undefined);
    assert.equal(waits.replacement?.state, 'replacing');
    assert.match(waits.replacement.reason?.message ?? '', new RegExp(`when job ${second} .* has ended`));
    assert.equal(replacements(), 0);

    const { payload } = await worker.encode(2);
    assert.equal(payload.kind === 'encode' && payload.sources[0]?.path, source);
    await worker.finish(await worker.encode(2));
    const done = await client.job(first, ({ replacement }) => replacement?.state === 'replaced');
    assert.equal(done.replacement?.reason, undefined);
    assert.equal(replacements(), 1);
  });

  it('so it does when the other one is cancelled, and across a restart', async () => {
    const { client, worker, submit, replacements } = await begin();
    const first = await submit({ onSuccess: 'replace' });
    const offer = await worker.encode();
    const second = await submit();
    await client.peer.request('jobs.pause', { id: second });
    await worker.finish(offer);
    await client.job(first, ({ replacement }) => replacement?.reason !== undefined);
    assert.equal(replacements(), 0);
    await harness.restart();
    const again = await begin();
    const { job } = await again.client.peer.request('jobs.get', { id: first });
    assert.equal(job.replacement?.state, 'replacing');
    await again.client.peer.request('jobs.cancel', { id: second });
    await again.client.job(first, ({ replacement }) => replacement?.state === 'replaced');
  });

  const here = { realPath: source, identity: { device: '1', inode: '3' } };
  for (const [by, other] of [
    ['a link', { ...here, identity: { device: '2', inode: '3' } }],
    ['a mount of its folder', { ...here, realPath: '/mnt/clip.mov' }],
  ] as const)
    it(`who reads it by ${by} is seen, and no second result is made for its place by that`, async () => {
      const { client, worker, submit, replacements } = await begin();
      worker.files = [here];
      const first = await submit({ onSuccess: 'replace' });
      const offer = await worker.encode();
      worker.files = [other];
      const second = await submit({ sources: ['/mnt/clip.mov'] });
      const third = await submit({ sources: ['/mnt/clip.mov'], onSuccess: 'replace' });
      const { reason } = await client.job(third, ({ state }) => state === 'failed');
      assert.match(reason?.message ?? '', new RegExp(`result of job ${first} is to take the place of /mnt`));
      await client.job(second, ({ state }) => state === 'waiting');
      await worker.finish(offer);
      const waits = await client.job(first, ({ replacement }) => replacement?.reason !== undefined);
      assert.match(waits.replacement?.reason?.message ?? '', new RegExp(`when job ${second} .* has ended`));
      assert.equal(replacements(), 0);
      await worker.finish(await worker.encode(2));
      await client.job(first, ({ replacement }) => replacement?.state === 'replaced');
      assert.equal(replacements(), 1);
    });

  it('no second result is made to take the same place', async () => {
    const { submit } = await begin();
    const first = await submit({ onSuccess: 'replace', submissionId: 'first' });
    await assert.rejects(submit({ onSuccess: 'replace' }), (error: unknown) => {
      assert.ok(error instanceof DffmpegError);
      assert.equal(error.code, 'conflict');
      assert.match(error.message, new RegExp(`result of job ${first} is to take the place of ${source}`));
      assert.match(error.hint ?? '', new RegExp(`dffmpeg job cancel ${first}`));
      return true;
    });
    assert.equal(await submit({ onSuccess: 'replace', submissionId: 'first' }), first, 'a repeat');
  });

  it('of two that are asked for at the same moment the second is refused, a repeat of the first is not', async () => {
    const { client } = await begin();
    const replacing = submission({ sources: [source], onSuccess: 'replace' });
    const submits = await Promise.allSettled([
      client.peer.request('jobs.submit', replacing),
      client.peer.request('jobs.submit', submission({ sources: [source], onSuccess: 'replace' })),
      client.peer.request('jobs.submit', submission({ sources: [source] })),
      client.peer.request('jobs.submit', replacing),
    ]);
    const [first, second, other, repeat] = submits.map((submit) =>
      submit.status === 'fulfilled' ? submit.value.job.id : (submit.reason as DffmpegError),
    );
    assert.ok(second instanceof DffmpegError && second.code === 'conflict');
    assert.match(second.message, new RegExp(`The result of job ${String(first)} is to take the place`));
    assert.equal(typeof other, 'string');
    assert.notEqual(other, first);
    assert.equal(repeat, first);
  });

  it('a repeat is answered also while its own result takes that place', async () => {
    const { client, worker, submit } = await begin();
    const submissionId = 'first';
    const taking = Promise.withResolvers<never>();
    worker.answers = { ...worker.answers, 'source.replace': () => taking.promise };
    const first = await submit({ onSuccess: 'replace', submissionId });
    await worker.finish(await worker.encode());
    await worker.until(() => worker.asked.some(({ method }) => method === 'source.replace'));
    await assert.rejects(submit({ onSuccess: 'keep' }), { code: 'conflict' });
    assert.equal(await submit({ onSuccess: 'replace', submissionId }), first);
    taking.reject(new DffmpegError('source-changed', 'It is another file.'));
    await client.job(first, ({ replacement }) => replacement?.state === 'held');
  });

  it('nor is one retried while another is to take that place', async () => {
    const { client, submit } = await begin();
    const first = await submit({ onSuccess: 'replace' });
    await client.peer.request('jobs.cancel', { id: first });
    await client.job(first, ({ state }) => state === 'cancelled');
    const second = await submit({ onSuccess: 'replace' });
    const retry = () => client.peer.request('jobs.retry', { id: first });
    await assert.rejects(retry(), (error: unknown) => {
      assert.ok(error instanceof DffmpegError && error.code === 'conflict');
      assert.match(error.message, new RegExp(`result of job ${second} is to take the place of ${source}`));
      return true;
    });
    await client.peer.request('jobs.cancel', { id: second });
    await client.job(second, ({ state }) => state === 'cancelled');
    await retry();
  });

  it('a job of a source that was replaced says by which job, and how to get it back', async () => {
    const { client, worker, submit } = await begin();
    const first = await submit({ onSuccess: 'replace' });
    await worker.finish(await worker.encode());
    await client.job(first, ({ replacement }) => replacement?.state === 'replaced');
    worker.probesItself = false;
    const second = await submit();
    const isProbe = ({ taskId }: { taskId: string }): boolean => taskId === `${second}-probe`;
    await worker.until(() => worker.offers.some(isProbe));
    const offer = worker.offers.find(isProbe);
    assert.ok(offer);
    const error = { code: 'source-missing', message: 'It does not exist.' } as const;
    await worker.report(offer, { type: 'failed', error });
    const { reason } = await client.job(second, ({ state }) => state === 'failed');
    assert.equal(reason?.code, 'source-missing');
    assert.match(reason.message, new RegExp(`replaced by the result of job ${first}: /media/clip.mp4`));
    assert.match(reason.hint ?? '', new RegExp(`dffmpeg job undo ${first}`));
  });

  it('what is encoded from such a result says so', async () => {
    const { client, worker, submit } = await begin(source);
    const first = await submit({ onSuccess: 'replace' });
    await worker.finish(await worker.encode());
    await client.job(first, ({ replacement }) => replacement?.state === 'replaced');
    worker.probe = { ...probe, bytes: 5 };
    const second = await submit();
    await worker.finish(await worker.encode(2));
    const { outputs, sources } = await client.job(second, ({ state }) => state === 'done');
    assert.equal(sources[0]?.resultOf, first);
    const [note] = outputs[0]?.verdict?.findings ?? [];
    assert.match(note?.message ?? '', new RegExp(`is itself the result of job ${first}`));
  });

  it('is not undone while another job reads the result', async () => {
    const { client, worker, submit } = await begin();
    const first = await submit({ onSuccess: 'replace' });
    await worker.finish(await worker.encode());
    await client.job(first, ({ replacement }) => replacement?.state === 'replaced');
    const second = await submit({ sources: ['/media/clip.mp4'] });
    const offer = await worker.encode(2);
    await assert.rejects(client.peer.request('jobs.undo', { id: first }), (error: unknown) => {
      assert.ok(error instanceof DffmpegError);
      assert.match(error.message, new RegExp(`Job ${second} .* still reads /media/clip.mp4`));
      return true;
    });
    await worker.finish(offer);
    await client.job(second, ({ state }) => state === 'done');
    const { job } = await client.peer.request('jobs.undo', { id: first });
    assert.equal(job.replacement?.state, 'undone');
  });

  it('takes two spellings of a name for two files, where they are', async () => {
    const { client, worker, submit } = await begin();
    const [composed, decomposed] = ['/media/caf\u00e9.mov', '/media/cafe\u0301.mov'];
    const first = await submit({ sources: [composed], onSuccess: 'replace' });
    const second = await submit({ sources: [decomposed], onSuccess: 'replace' });
    await worker.finish(await worker.encode());
    await client.job(first, ({ replacement }) => replacement?.state === 'replaced');
    await worker.finish(await worker.encode(2));
    await client.job(second, ({ replacement }) => replacement?.state === 'replaced');
  });

  it('is neither deleted nor brought back while another job reads what lies aside', async () => {
    const { client, worker, submit } = await begin();
    const first = await submit({ onSuccess: 'replace' });
    await worker.finish(await worker.encode());
    const { replacement } = await client.job(first, ({ replacement }) => replacement?.state === 'replaced');
    worker.answers = {
      ...worker.answers,
      'source.discard': () => Promise.resolve({ outcome: 'discarded' }),
    };
    const second = await submit({ sources: [replacement?.aside ?? ''] });
    await client.peer.request('jobs.pause', { id: second });
    await assert.rejects(client.peer.request('jobs.undo', { id: first }), { code: 'conflict' });
    harness.timers.advance(harness.settings.keepReplacedMs);
    await turns();
    assert.equal(worker.asked.filter(({ method }) => method === 'source.discard').length, 0);
    await client.peer.request('jobs.cancel', { id: second });
    await client.job(second, ({ state }) => state === 'cancelled');
    harness.timers.advance(harness.settings.retryMaxMs);
    await client.job(first, ({ replacement }) => replacement?.state === 'expired');
  });
});
