import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RunningAttempt } from '../../../src/coordinator/connectedWorker.ts';
import { Victims } from '../../../src/coordinator/preemption.ts';

interface Machine {
  readonly id: string;
  readonly preemptable: RunningAttempt[];
  freeSlots(): number;
}

function machine(id: string, priorities: readonly number[], free = 0): Machine {
  const preemptable = priorities.map((priority, at) => ({
    ...{ taskId: `${id}-${at}`, fence: 1, jobId: `${id}-${at}`, slot: 'cpu' as const },
    ...{ priority, takenAt: at, preempted: false },
  }));
  return { id, preemptable, freeSlots: () => free };
}

const slotsOf = (machines: readonly Machine[]) =>
  machines.map((worker) => ({ worker, slot: 'cpu' as const }));

describe('victims of preemption', () => {
  it('are of the least priority, and the youngest of these', () => {
    const machines = [machine('a', [40, 20, 20]), machine('b', [30])];
    const victims = new Victims(machines);
    assert.equal(victims.lowest, 20);
    const taken = Array.from({ length: 5 }, () => victims.take(slotsOf(machines), 30)?.attempt.jobId);
    assert.deepEqual(taken, ['a-2', 'a-1', 'b-0', undefined, undefined]);
    assert.equal(victims.lowest, 40);
  });

  it('are only where the job could go, in its kind of slot, and where none is free', () => {
    const [a, b] = [machine('a', [10]), machine('b', [20])];
    assert.equal(new Victims([a, b]).take(slotsOf([b]), 50)?.workerId, 'b');
    assert.equal(new Victims([a, b]).take([{ worker: a, slot: 'nvenc' }], 50), undefined);
    assert.equal(new Victims([a, b]).take(slotsOf([a, machine('free', [], 1)]), 50), undefined);
    assert.equal(new Victims([]).lowest, Infinity);
  });

  it('are never above what is asked, never twice, and none is left that should have gone first (property)', () => {
    const fleets = fc.array(fc.array(fc.nat(100), { maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(fleets, fc.array(fc.nat(100), { maxLength: 12 }), (fleet, asked) => {
        const machines = fleet.map((priorities, at) => machine(String(at), priorities));
        const left = new Set(machines.flatMap(({ preemptable }) => preemptable));
        const victims = new Victims(machines);
        for (const most of asked) {
          assert.equal(victims.lowest, Math.min(...[...left].map(({ priority }) => priority)));
          const taken = victims.take(slotsOf(machines), most)?.attempt;
          const fitting = [...left].filter(({ priority }) => priority <= most);
          assert.equal(taken === undefined, fitting.length === 0);
          if (!taken) continue;
          assert.ok(left.delete(taken));
          for (const { priority, takenAt } of fitting)
            assert.ok(taken.priority < priority || (taken.priority === priority && taken.takenAt >= takenAt));
        }
      }),
    );
  });
});
