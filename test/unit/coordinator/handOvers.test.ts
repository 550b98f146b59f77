import assert from 'node:assert/strict';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { identity, received, sourceState, type FakeWorker, type Offer } from './fakeWorker.ts';
import { submission } from './fixtures.ts';
import { Harness, turns, type FakeClient } from './harness.ts';

/** `here` has the files, `node` encodes on another machine. */
describe('coordinator: a worker that does not see the files', () => {
  let harness: Harness;
  let client: FakeClient;
  let here: FakeWorker;
  let node: FakeWorker;

  beforeEach(async () => {
    harness = await Harness.start();
    client = await harness.subscribed();
    here = harness.worker();
    here.holdsFiles();
    await here.register({ id: 'here', name: 'desk', local: true, slots: { cpu: 0, probe: 4 } });
    node = harness.worker('node');
    await node.register({ id: 'node', name: 'node', local: false, slots: { cpu: 1, probe: 0 } });
  });
  afterEach(() => harness.stop());

  async function begin(
    changes: Parameters<typeof submission>[0] = {},
  ): Promise<{ id: string; offer: Offer }> {
    const { id } = (await client.peer.request('jobs.submit', submission(changes))).job;
    const offer = await node.encode();
    await node.start(offer);
    return { id, offer };
  }
  /** Lets time go by until that has come. */
  async function inTime<T>(wanted: Promise<T>): Promise<T> {
    let isThere = false;
    const there = (): void => void (isThere = true);
    wanted.then(there, there);
    while (!isThere) {
      harness.timers.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return wanted;
  }
  const answer = (answers: FakeWorker['answers']): void => {
    here.answers = { ...here.answers, ...answers };
  };
  const askedOf = (method: string) => here.asked.filter((asked) => asked.method === method);
  const doneOf = (id: string) => client.job(id, (job) => job.state === 'done');

  it('is told where to fetch the sources, by tickets for itself alone', async () => {
    const { id, offer } = await begin();
    const { taskId, fence } = offer;
    const { holder, sources } = await node.peer.request('task.sources', { taskId, fence });
    assert.equal(holder, 'here');
    const { job } = await client.peer.request('jobs.get', { id });
    assert.deepEqual(
      sources.map(({ path }) => path),
      job.sources.map(({ path }) => path),
    );
    assert.deepEqual(askedOf('source.offer')[0]?.params, {
      sources: [sources[0]?.path],
      assets: [],
      taker: 'node',
      replaces: false,
    });
    await assert.rejects(node.peer.request('task.sources', { taskId, fence: fence + 1 }), {
      code: 'fence-void',
    });
  });

  it('is told so by the machine that has them alone, however late that is back', async () => {
    const { id, offer } = await begin();
    here.peer.close();
    await turns();
    const { taskId, fence } = offer;
    const asked = node.peer.request('task.sources', { taskId, fence });
    await turns();
    const back = harness.worker();
    back.holdsFiles();
    await back.register({ id: 'here', name: 'desk', local: true, slots: { cpu: 0, probe: 4 } });
    assert.equal((await asked).holder, 'here');
    const { job } = await client.peer.request('jobs.get', { id });
    assert.equal(job.state, 'running', JSON.stringify(job.reason));
  });

  it('is offered the files that its own outputs name, by what stands in the preset of the job', async () => {
    const named = { asset: '${fileBasenameNoExtension}.srt', maxBytes: 16 * 1024 * 1024 };
    const error = { code: 'asset-unusable', message: 'There is none.' } as const;
    const asset = named.asset;
    answer({
      'source.offer': ({ sources }) =>
        Promise.resolve({
          sources: sources.map((path) => ({ ...sourceState, path, ticket: 'T'.repeat(43) })),
          assets: [{ asset, error }],
        }),
    });
    const video = { burnSubtitles: { file: asset } };
    const { offer } = await begin({ preset: { name: 'web', preset: { container: 'mp4', video } } });
    const { taskId, fence } = offer;
    const { assets } = await node.peer.request('task.sources', { taskId, fence });
    assert.deepEqual((askedOf('source.offer')[0]?.params as { assets: unknown }).assets, [named]);
    assert.deepEqual(assets, [{ asset, error }]);
  });

  it('has its result fetched, granted and placed by the machine that has the files, and is answered then', async () => {
    const { id, offer } = await begin();
    await node.verifying(offer);
    const { path } = await node.handOver(offer);
    const { outputs, attempts } = await doneOf(id);
    assert.deepEqual(
      outputs.map(({ state: its, path: at, bytes }) => [its, at, bytes]),
      [['placed', path, 5]],
    );
    assert.equal(attempts.at(-1)?.worker, 'node');
    assert.deepEqual(
      here.asked.map(({ method }) => method).filter((method) => /^result|^placement/.test(method)),
      ['result.receive', 'placement.recover'],
    );
    // Told again, because the answer was lost.
    assert.deepEqual(await node.handOver(offer), { path, bytes: 5 });
    assert.equal(askedOf('result.receive').length, 1);
  });

  it('is shown no sources any more when its attempt has ended', async () => {
    const { id, offer } = await begin();
    await node.handOver(offer);
    await doneOf(id);
    const { taskId, fence } = offer;
    await assert.rejects(node.peer.request('task.sources', { taskId, fence }), { code: 'fence-void' });
    assert.equal(askedOf('source.offer').length, 0);
  });

  it('may not give names itself', async () => {
    const { offer } = await begin();
    await assert.rejects(node.commit(offer), { code: 'forbidden' });
  });

  it('has its slot back where it connected anew while its result was fetched, and none is taken meanwhile', async () => {
    const { id, offer } = await begin();
    const fetched = Promise.withResolvers<typeof received>();
    answer({ 'result.receive': () => fetched.promise });
    node.handOver(offer).catch(() => undefined);
    await here.until(() => askedOf('result.receive').length > 0);
    node.peer.close();
    await client.job(id, ({ reason }) => reason?.code === 'worker-lost');
    node = harness.worker('node');
    const { stop } = await node.register(
      { id: 'node', name: 'node', local: false, slots: { cpu: 1, probe: 0 } },
      [offer],
    );
    assert.deepEqual(stop, []);
    const handedOver = node.handOver(offer);
    await client.peer.request('jobs.submit', submission());
    const during = await node.encode();
    fetched.resolve(received);
    await Promise.all([handedOver, doneOf(id)]);
    await node.handOver(during);
    await client.peer.request('jobs.submit', submission());
    await node.encode();
  });

  it('has its slot back where it asks after the result has got its name over a connection that was lost', async () => {
    const { id, offer } = await begin();
    const placed = Promise.withResolvers<typeof received>();
    answer({ 'result.receive': () => placed.promise });
    node.handOver(offer).catch(() => undefined);
    await here.until(() => askedOf('result.receive').length > 0);
    node.peer.close();
    await client.job(id, ({ reason }) => reason?.code === 'worker-lost');
    node = harness.worker('node');
    const slots = { cpu: 1, probe: 0 } as const;
    await node.register({ id: 'node', name: 'node', local: false, slots }, [offer]);
    placed.resolve(received);
    await doneOf(id);
    await node.handOver(offer);
    await client.peer.request('jobs.submit', submission());
    await node.encode();
  });

  it('is answered once for all that it asks while the result is fetched', async () => {
    const { id, offer } = await begin();
    const fetched = Promise.withResolvers<typeof received>();
    answer({ 'result.receive': () => fetched.promise });
    const answers = [node.handOver(offer), node.handOver(offer)];
    await here.until(() => askedOf('result.receive').length > 0);
    fetched.resolve(received);
    const [one, other] = await Promise.all(answers);
    assert.deepEqual(one, other);
    await doneOf(id);
    assert.equal(askedOf('result.receive').length, 1);
  });

  it('has the next name taken where the granted one is', async () => {
    const { id, offer } = await begin();
    const tried: string[] = [];
    answer({
      'placement.recover': ({ path }) => {
        tried.push(path);
        const outcome = tried.length === 1 ? ('taken' as const) : ('placed' as const);
        return Promise.resolve({ outcome, identity: identity });
      },
    });
    const { path } = await node.handOver(offer);
    await doneOf(id);
    assert.match(tried[0] ?? '', /\.web\.mp4$/);
    assert.match(path, /\.web-2\.mp4$/);
  });

  it('waits with its result while the destination takes nothing, says why, and is placed when it does', async () => {
    const { id, offer } = await begin();
    const full = new DffmpegError('destination-full', 'The disk is full.');
    let isFull = true;
    answer({ 'result.receive': () => (isFull ? Promise.reject(full) : Promise.resolve(received)) });
    const handed = node.handOver(offer);
    await client.job(id, ({ reason }) => reason?.code === 'destination-full');
    isFull = false;
    await inTime(handed);
    await doneOf(id);
  });

  it('leaves nothing where the job is cancelled while the result is fetched', async () => {
    const { id, offer } = await begin();
    const stopped = Promise.withResolvers<undefined>();
    answer({
      'result.receive': (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped.resolve(undefined);
            reject(new DffmpegError('cancelled', 'Stopped.'));
          });
        }),
    });
    const handed = assert.rejects(node.handOver(offer));
    await here.until(() => askedOf('result.receive').length > 0);
    await client.peer.request('jobs.cancel', { id });
    await node.until(() => node.cancels.length > 0);
    await node.report(offer, { type: 'cancelled' });
    await Promise.all([handed, stopped.promise]);
    const { state: its } = (await client.peer.request('jobs.get', { id })).job;
    assert.equal(its, 'cancelled');
    assert.equal(askedOf('placement.recover').length, 0);
  });

  it('has its granted result placed also when it does not come back', async () => {
    const { id, offer } = await begin();
    answer({
      'placement.recover': () => Promise.reject(new DffmpegError('destination-away', 'It is away.')),
    });
    const handed = assert.rejects(node.handOver(offer));
    await client.job(id, ({ reason }) => reason?.code === 'destination-away');
    node.peer.close();
    await handed;
    answer({ 'placement.recover': () => Promise.resolve({ outcome: 'placed', identity: identity }) });
    await inTime(doneOf(id));
  });

  it('has its granted result kept by a worker that has it and comes back, until it is placed', async () => {
    const { id, offer } = await begin();
    const away = new DffmpegError('destination-away', 'It is away.');
    answer({ 'placement.recover': () => Promise.reject(away) });
    const handed = node.handOver(offer).catch(() => undefined);
    await client.job(id, ({ reason }) => reason?.code === 'destination-away');
    const again = harness.worker();
    again.holdsFiles();
    await again.register({ id: 'here', name: 'desk', local: true, slots: { cpu: 0, probe: 4 } });
    await again.until(() => again.recovered !== undefined);
    const { taskId, fence } = offer;
    assert.deepEqual(again.recovered, [{ taskId, fence, staged: received.staged }]);
    await inTime(doneOf(id));
    await handed;
  });

  it('says so to the attempt where the source has changed meanwhile', async () => {
    const { id, offer } = await begin();
    answer({ 'result.receive': () => Promise.reject(new DffmpegError('source-changed', 'It has changed.')) });
    await assert.rejects(node.handOver(offer), { code: 'source-changed' });
    await node.report(offer, {
      type: 'failed',
      error: { code: 'source-changed', message: 'It has changed.' },
    });
    await client.job(id, (job) => job.state === 'failed');
  });

  it('replaces the source on the machine that has it', async () => {
    answer({
      'source.replace': ({ source, result }) =>
        Promise.resolve({ ...result, path: source.path, aside: `${source.path}.aside` }),
    });
    node.verdict = { level: 'pass', findings: [] };
    const { id, offer } = await begin({ onSuccess: 'replace' });
    await node.handOver(offer);
    await client.job(id, ({ replacement }) => replacement?.state === 'replaced');
    assert.equal(askedOf('source.replace').length, 1);
  });
});
