import assert from 'node:assert/strict';
import fc from 'fast-check';
import { place, type Candidate, type HoldSettings } from '../../../src/coordinator/placing.ts';
import { defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';
import { Timetable, type Basis, type Moment, type SlotsView } from '../../../src/coordinator/timetable.ts';

interface Machine extends SlotsView {
  readonly seconds: number;
  readonly lacking?: number;
}

/** Takes `seconds` for the task; its slots in use end when `busy` says. */
function machine(id: string, seconds: number, busy: readonly number[] = [], slots = 1): Machine {
  return {
    ...{ id, seconds },
    slots: () => slots,
    freeSlots: () => slots - busy.length,
    servesOthers: () => false,
    endings: () => busy.map((at): Moment => ({ at, basis: 'learnt' })),
  };
}

function choose(
  machines: readonly Machine[],
  options: { timetable?: Timetable; heldFor?: number; learnt?: boolean; settings?: HoldSettings } = {},
) {
  const {
    timetable = new Timetable(),
    heldFor = 0,
    learnt = true,
    settings = defaultQueueSettings,
  } = options;
  const candidates = machines.map((worker): Candidate<Machine> => ({
    ...{ worker, slot: 'cpu', works: [] },
    bytes: 0,
    lacking: worker.lacking ?? 0,
  }));
  const predict = ({ worker: { seconds } }: Candidate<Machine>) => ({ seconds, learnt });
  return place(candidates, { timetable, predict, settings, heldFor });
}

const chosen = (placing: ReturnType<typeof choose>) => `${placing?.action} ${placing?.on.worker.id}`;

describe('placing', () => {
  it('takes the worker that will have finished first', () => {
    assert.equal(chosen(choose([machine('slow', 200), machine('fast', 100)])), 'now fast');
    assert.equal(chosen(choose([machine('slow', 200, [50]), machine('fast', 100, [180])])), 'later slow');
  });

  it('waits for a busy worker that finishes it clearly sooner, and only then', () => {
    assert.equal(chosen(choose([machine('slow', 1000), machine('fast', 100, [100])])), 'hold fast');
    assert.equal(chosen(choose([machine('slow', 220), machine('fast', 100, [100])])), 'now slow');
    assert.equal(chosen(choose([machine('slow', 20), machine('fast', 2, [6])])), 'now slow', 'seconds only');
  });

  it('waits on a guess as well, but not where nobody knows how long anything takes', () => {
    const machines = [machine('slow', 1000), machine('fast', 100, [100])];
    assert.equal(chosen(choose(machines, { learnt: false })), 'hold fast');
    const unknown = machine('fast', 100, [100]);
    const busy = { ...unknown, endings: (): Moment[] => [{ at: 100, basis: 'unknown' }] };
    assert.equal(chosen(choose([machine('slow', 1000), busy])), 'now slow');
  });

  it('holds nothing for longer than the free worker would have needed', () => {
    const machines = [machine('slow', 1000), machine('fast', 100, [100])];
    assert.equal(chosen(choose(machines, { heldFor: 999 })), 'hold fast');
    assert.equal(chosen(choose(machines, { heldFor: 1000 })), 'now slow');
    const settings = { ...defaultQueueSettings, holdMaxMs: 60_000 };
    assert.equal(chosen(choose(machines, { heldFor: 59, settings })), 'hold fast');
    assert.equal(chosen(choose(machines, { heldFor: 60, settings })), 'now slow');
  });

  it('takes one with the preferred labels unless another ends it clearly sooner', () => {
    const gpu = (seconds: number, busy: readonly number[] = []) => machine('gpu', seconds, busy);
    const plain = (seconds: number, lacking = 1) => ({ ...machine('plain', seconds), lacking });
    assert.equal(chosen(choose([plain(100), gpu(149)])), 'now gpu');
    assert.equal(chosen(choose([plain(100), gpu(151)])), 'now plain');
    assert.equal(chosen(choose([plain(5), gpu(19)])), 'now gpu', 'seconds only');
    assert.equal(chosen(choose([plain(5), gpu(21)])), 'now plain');
    // Of two that it prefers, it has one.
    assert.equal(chosen(choose([plain(100, 0.5), gpu(124)])), 'now gpu');
    assert.equal(chosen(choose([plain(100, 0.5), gpu(126)])), 'now plain');
    const settings = { ...defaultQueueSettings, preferFactor: 4 };
    assert.equal(chosen(choose([plain(100), gpu(151)], { settings })), 'now gpu');
  });

  it('waits for a busy one with the preferred labels by the same rule, and no longer than the free one needs', () => {
    const plain = { ...machine('plain', 100), lacking: 1 };
    assert.equal(chosen(choose([plain, machine('gpu', 100, [49])])), 'hold gpu');
    assert.equal(chosen(choose([plain, machine('gpu', 100, [51])])), 'now plain');
    assert.equal(chosen(choose([plain, machine('gpu', 100, [49])], { heldFor: 100 })), 'now plain');
  });

  it('never chooses what lacks preferred labels where one that has them ends no later (property)', () => {
    const some = fc.record({
      seconds: fc.integer({ min: 1, max: 1000 }),
      busy: fc.option(fc.nat(1000)),
      lacking: fc.constantFrom(0, 0.5, 1),
    });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 6 }), (all) => {
        const machines = all.map(({ seconds, busy, lacking }, at) => ({
          ...machine(String(at), seconds, busy === null ? [] : [busy]),
          ...{ lacking, end: seconds + (busy ?? 0) },
        }));
        const on = choose(machines)!.on.worker as (typeof machines)[number];
        const sure = machines.filter(
          (each) => (on.endings('cpu').length > 0 || each.endings('cpu').length === 0) && each !== on,
        );
        for (const each of sure)
          assert.ok(each.lacking >= on.lacking || each.end > on.end, JSON.stringify([on, each]));
      }),
    );
  });

  it('counts what was placed before, so that not everybody waits for the fast one', () => {
    const machines = [machine('slow', 1000, [], 2), machine('fast', 100, [100])];
    const timetable = new Timetable();
    const places = Array.from({ length: 9 }, () => chosen(choose(machines, { timetable })));
    // Each that is held ends 100 s after the one before; the seventh would not end clearly sooner.
    assert.deepEqual(places, [...Array<string>(7).fill('hold fast'), 'now slow', 'now slow']);
  });

  it('says nothing of what waits behind something of unknown length', () => {
    const endings = (): Moment[] => [{ at: 60, basis: 'unknown' satisfies Basis }];
    assert.equal(choose([{ ...machine('w', 10, [60]), endings }])?.on.end.basis, 'unknown');
  });

  it('never starts two tasks in one slot, and never earlier than a slot is free (property)', () => {
    const machines = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 500 }), fc.array(fc.nat(500), { maxLength: 3 })),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(machines, fc.integer({ min: 1, max: 12 }), (all, tasks) => {
        const workers = all.map(([seconds, busy], at) => machine(String(at), seconds, busy, 3));
        const timetable = new Timetable();
        const runs = Array.from({ length: tasks }, () => choose(workers, { timetable })!.on);
        for (const worker of workers) {
          const own = runs.filter((run) => run.worker === worker);
          const all = [
            ...worker.endings('cpu').map(({ at }) => ({ from: 0, to: at })),
            ...own.map((run) => ({ from: run.start.at, to: run.end.at })),
          ];
          for (const { from } of all)
            assert.ok(all.filter((each) => each.from <= from && from < each.to).length <= 3);
        }
      }),
    );
  });
});
