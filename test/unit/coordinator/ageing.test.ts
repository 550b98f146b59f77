import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rankOf } from '../../../src/coordinator/ageing.ts';
import { Harness } from './harness.ts';
import { submission } from './fixtures.ts';

const minute = 60_000;

describe('ageing', () => {
  it('ranks by the priority as it has risen, whenever that is looked at', () => {
    const task = fc.record({
      queuedAt: fc.integer({ min: 0, max: 1_000_000_000 }),
      priority: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(
        task,
        task,
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.nat(),
        (one, other, ageing, later) => {
          const now = Math.max(one.queuedAt, other.queuedAt) + later;
          const risen = ({ queuedAt, priority }: typeof one) => priority * ageing + (now - queuedAt);
          const first = rankOf(one, one, ageing) - rankOf(other, other, ageing);
          assert.equal(Math.sign(first), Math.sign(risen(other) - risen(one)));
        },
      ),
    );
  });
});

describe('the order of the queue', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start({ ageingMs: minute });
  });

  afterEach(() => harness.stop());

  const submit = async (priority: number): Promise<string> => {
    const client = harness.client();
    return (await client.peer.request('jobs.submit', submission({ priority }))).job.id;
  };

  /** Which jobs are offered, in that order, by a worker that takes one probe at a time and then is busy. */
  const offered = async (count: number): Promise<string[]> => {
    const worker = harness.worker();
    worker.probesItself = false;
    await worker.register({ slots: { cpu: 0, probe: count } });
    await worker.until(() => worker.offers.length === count);
    return worker.offers.map(({ payload }) => payload.jobId);
  };

  it('brings an old job of low priority before a new one of high priority', async () => {
    const old = await submit(10);
    harness.timers.advance(5 * minute);
    const urgent = await submit(60);
    harness.timers.advance(46 * minute);
    const late = await submit(60);
    assert.deepEqual(await offered(3), [urgent, old, late]);
  });

  it('follows the setting, and a priority that a person changes', async () => {
    const old = await submit(10);
    harness.timers.advance(5 * minute);
    const urgent = await submit(20);
    const raised = await submit(0);
    await harness.coordinator.close();
    Object.assign(harness.settings, { ageingMs: minute / 10 });
    await harness.open();
    await harness.client().peer.request('jobs.prioritize', { id: raised, priority: 100 });
    assert.deepEqual(await offered(3), [raised, old, urgent]);
  });

  it('lets a retried job wait anew', async () => {
    const retried = await submit(50);
    const client = await harness.subscribed();
    await client.peer.request('jobs.cancel', { id: retried });
    harness.timers.advance(30 * minute);
    const newer = await submit(50);
    harness.timers.advance(minute);
    await client.peer.request('jobs.retry', { id: retried });
    assert.deepEqual(await offered(2), [newer, retried]);
  });
});
