import assert from 'node:assert/strict';
import type { QueueSettings } from '../../../src/coordinator/queueSettings.ts';
import type { Result } from '../../../src/protocol/contract.ts';
import type { Job, WorkerDescription } from '../../../src/protocol/model.ts';
import type { WorkerMethods } from '../../../src/protocol/workerContract.ts';
import type { FakeWorker, Offer } from './fakeWorker.ts';
import { submission } from './fixtures.ts';
import { Harness, turns, type FakeClient } from './harness.ts';

/** What a worker was told to expect. */
interface Expected {
  readonly taskId: string;
  readonly jobId: string;
  readonly signal: AbortSignal;
  answer(outcome: Result<WorkerMethods['task.expect']>['outcome']): void;
}

/** `here` has the files; others encode on machines of their own. */
describe('coordinator: sources that are fetched ahead', () => {
  let harness: Harness;
  let client: FakeClient;
  let here: FakeWorker;
  const expected = new Map<FakeWorker, Expected[]>();

  async function open(settings: Partial<QueueSettings> = {}): Promise<void> {
    harness = await Harness.start(settings);
    client = await harness.subscribed();
    here = harness.worker();
    here.holdsFiles();
    await here.register({ id: 'here', name: 'desk', local: true, slots: { cpu: 0, probe: 4 } });
  }
  afterEach(async () => {
    expected.clear();
    await harness.stop();
  });

  async function connect(
    id: string,
    changes: Partial<WorkerDescription> = {},
    running: Parameters<FakeWorker['register']>[1] = [],
  ): Promise<FakeWorker> {
    const node = harness.worker(id);
    const all: Expected[] = [];
    expected.set(node, all);
    Object.assign(node.answers, {
      'task.expect': ({ taskId, payload }, { signal }) => {
        const { promise, resolve } = Promise.withResolvers<Result<WorkerMethods['task.expect']>>();
        const answer: Expected['answer'] = (outcome) => {
          resolve({ outcome });
        };
        all.push({ taskId, jobId: payload.jobId, signal, answer });
        return promise;
      },
    } satisfies FakeWorker['answers']);
    await node.register({ id, name: id, local: false, slots: { cpu: 1, probe: 0 }, ...changes }, running);
    return node;
  }
  async function expects(node: FakeWorker, count = 1): Promise<Expected> {
    await node.until(() => (expected.get(node)?.length ?? 0) >= count);
    const last = expected.get(node)?.[count - 1];
    assert(last);
    return last;
  }
  const expectedBy = (node: FakeWorker): string[] => (expected.get(node) ?? []).map(({ jobId }) => jobId);
  const submit = async (changes: Parameters<typeof submission>[0] = {}): Promise<string> =>
    (await client.peer.request('jobs.submit', submission(changes))).job.id;
  const says = (id: string, message: string): Promise<Job> =>
    client.job(id, ({ reason }) => reason?.message === message);
  /** One after the other, so that the queue has this order. */
  async function queued(count: number, changes: Parameters<typeof submission>[0] = {}): Promise<string[]> {
    const ids: string[] = [];
    for (let each = 0; each < count; each += 1) {
      const id = await submit(changes);
      await client.job(id, ({ state }) => state === 'waiting' || state === 'running');
      ids.push(id);
    }
    return ids;
  }
  const isOver = ({ signal }: Expected): Promise<unknown> =>
    signal.aborted
      ? Promise.resolve()
      : new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
  async function finish(node: FakeWorker, offer: Offer): Promise<void> {
    await node.start(offer);
    await node.verifying(offer);
    await node.handOver(offer);
  }

  it('are those of the next job, offered to that worker, which has them when its turn comes', async () => {
    await open();
    const node = await connect('node');
    const [running, next, later] = await queued(3);
    const ahead = await expects(node);
    assert.equal(ahead.jobId, next);
    await says(next ?? '', 'Its source is on the way to node, which is busy.');
    const { sources, holder } = await node.peer.request('task.expected', { taskId: ahead.taskId });
    assert.equal(holder, 'here');
    assert.equal(sources.length, 1);
    assert.equal((here.asked.at(-1)?.params as { taker: string }).taker, 'node');
    for (const taskId of [`${later}-encode`, 'x-1'])
      await assert.rejects(node.peer.request('task.expected', { taskId }), { code: 'forbidden' });
    node.peer.emit('task.fetched', { taskId: ahead.taskId });
    await says(next ?? '', 'Its source is on node by now, which is busy.');
    // One for each slot.
    assert.deepEqual(expectedBy(node), [next]);
    const first = await node.encode(1);
    assert.equal(first.payload.jobId, running);
    await finish(node, first);
    const second = await node.encode(2);
    assert.equal(second.payload.jobId, next);
    await node.start(second);
    // The attempt takes them over: until the worker says so, they are kept.
    assert.equal(ahead.signal.aborted, false);
    ahead.answer('over');
    assert.equal((await expects(node, 2)).jobId, later);
    await assert.rejects(node.peer.request('task.expected', { taskId: ahead.taskId }), { code: 'forbidden' });
  });

  it('are let go of where the job is cancelled or paused, or the worker is given nothing more', async () => {
    await open();
    const node = await connect('node');
    const [, cancelled = '', paused = '', drained = ''] = await queued(4);
    const first = await expects(node, 1);
    assert.equal(first.jobId, cancelled);
    await client.peer.request('jobs.cancel', { id: cancelled });
    await isOver(first);
    const second = await expects(node, 2);
    assert.equal(second.jobId, paused);
    await client.peer.request('jobs.pause', { id: paused });
    await isOver(second);
    const third = await expects(node, 3);
    assert.equal(third.jobId, drained);
    await client.peer.request('workers.drain', { worker: 'node' });
    await isOver(third);
    await says(drained, 'node is drained: it is given nothing more.');
    await turns();
    assert.equal(expectedBy(node).length, 3);
  });

  it('are fetched by another worker where the first one is given nothing more', async () => {
    await open();
    const nodes = [await connect('one'), await connect('two')] as const;
    const [, , third] = await queued(3);
    const told = await Promise.race(nodes.map((node) => expects(node)));
    const [first, other] = expectedBy(nodes[0]).length > 0 ? nodes : [nodes[1], nodes[0]];
    await client.peer.request('workers.drain', { worker: first === nodes[0] ? 'one' : 'two' });
    await isOver(told);
    assert.equal((await expects(other)).jobId, third);
  });

  it('are asked for again by a worker that has connected anew', async () => {
    await open();
    const node = await connect('node');
    const [, next] = await queued(2);
    const { taskId, fence } = await node.encode();
    await expects(node);
    node.peer.close();
    const again = await connect('node', {}, [{ taskId, fence }]);
    assert.equal((await expects(again)).jobId, next);
  });

  it('are not asked for twice where there is no room, and the job waits as any other', async () => {
    await open();
    const node = await connect('node');
    const [, next = '', later] = await queued(3);
    const ahead = await expects(node);
    ahead.answer('no-room');
    await says(next, 'Its turn has not come yet.');
    await turns();
    assert.deepEqual(expectedBy(node), [next]);
    await finish(node, await node.encode(1));
    await node.encode(2);
    assert.equal((await expects(node, 2)).jobId, later);
  });

  it('are no matter for a worker that sees the files, nor where nothing is to be fetched ahead', async () => {
    await open({ fetchAhead: 0 });
    const near = await connect('near', { slots: { cpu: 1, probe: 0 } });
    await here.register({ id: 'here', name: 'desk', local: true, slots: { cpu: 1, probe: 4 } });
    await queued(4);
    await turns();
    assert.deepEqual(expectedBy(near), []);
    assert.ok(!here.asked.some(({ method }) => method === 'task.expect'));
  });

  it('are encoded where they are, although another worker is free sooner than was foreseen', async () => {
    await open();
    const [one, two] = [await connect('one'), await connect('two')];
    const [, , third, fourth] = await queued(4);
    const ahead = [await expects(one), await expects(two)] as const;
    assert.deepEqual(new Set(ahead.map(({ jobId }) => jobId)), new Set([third, fourth]));
    // Whoever has the later one of the two is free first.
    const [node, its] = ahead[0].jobId === fourth ? [one, ahead[0]] : [two, ahead[1]];
    await finish(node, await node.encode(1));
    assert.equal((await node.encode(2)).payload.jobId, fourth);
    assert.equal(its.jobId, fourth);
    assert.ok(ahead.every(({ signal }) => !signal.aborted));
  });

  it('are not what a job of higher priority waits for', async () => {
    await open();
    const [one, two] = [await connect('one'), await connect('two')];
    await queued(2);
    const [third = ''] = await queued(1, { priority: 60 });
    await queued(1);
    const ahead = [await expects(one), await expects(two)] as const;
    const node = ahead[0].jobId === third ? two : one;
    await finish(node, await node.encode(1));
    assert.equal((await node.encode(2)).payload.jobId, third);
    // They were on the other one.
    await isOver(ahead[0].jobId === third ? ahead[0] : ahead[1]);
  });
});
