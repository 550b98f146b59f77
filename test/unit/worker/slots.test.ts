import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Slots, type SlotTaker, type Taken } from '../../../src/worker/slots.ts';
import { ManualTimers } from '../coordinator/manualTimers.ts';

const turnMs = 3000;

describe('the slots of a machine', () => {
  let timers: ManualTimers;
  let slots: Slots;
  let told: string[];

  beforeEach(() => {
    timers = new ManualTimers();
    slots = new Slots(timers, () => turnMs);
    told = [];
  });

  function taker(name: string): SlotTaker {
    return { tell: (kind) => told.push(`${name} ${kind}`) };
  }

  function held(taken: Taken): () => void {
    assert.ok('release' in taken);
    return taken.release;
  }

  it('are given back once', () => {
    const one = taker('one');
    const first = held(slots.take('cpu', 1, one));
    assert.deepEqual(slots.take('cpu', 1, one), { servesOthers: false });
    first();
    held(slots.take('cpu', 1, one));
    first();
    assert.deepEqual(slots.take('cpu', 1, one), { servesOthers: false });
    assert.deepEqual(slots.take('nvenc', 0, one), { servesOthers: false });
  });

  it('go to who was refused before those who ask later', () => {
    const [one, other] = [taker('one'), taker('other')];
    const first = held(slots.take('cpu', 1, one));
    assert.deepEqual(slots.take('cpu', 1, other), { servesOthers: true });
    assert.deepEqual(told, []);
    first();
    assert.deepEqual(told, ['other cpu']);
    assert.deepEqual(slots.take('cpu', 1, one), { servesOthers: true }, 'it is kept for the other');
    const second = held(slots.take('cpu', 1, other));
    second();
    assert.deepEqual(told, ['other cpu', 'one cpu']);
    held(slots.take('cpu', 1, one));
  });

  it('are kept for a while', () => {
    const [one, other] = [taker('one'), taker('other')];
    const first = held(slots.take('cpu', 1, one));
    slots.take('cpu', 1, other);
    first();
    timers.advance(turnMs - 1);
    assert.deepEqual(slots.take('cpu', 1, one), { servesOthers: true });
    timers.advance(1);
    assert.deepEqual(told, ['other cpu', 'one cpu']);
    held(slots.take('cpu', 1, one));
  });

  it('are not kept for who has left', () => {
    const [one, other] = [taker('one'), taker('other')];
    const first = held(slots.take('cpu', 1, one));
    slots.take('cpu', 1, other);
    slots.leave(other);
    first();
    assert.deepEqual(told, []);
    held(slots.take('cpu', 1, one));
  });

  it('are never more than there are, and nobody waits for ever, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.record({ who: fc.nat(2), gives: fc.boolean() }), { maxLength: 60 }),
        (limit, steps) => {
          const clock = new ManualTimers();
          const shared = new Slots(clock, () => turnMs);
          const takers = [0, 1, 2].map((): SlotTaker => ({ tell: () => undefined }));
          const holding: (() => void)[][] = [[], [], []];
          for (const { who, gives } of steps) {
            const [mine, me] = [holding[who], takers[who]];
            assert.ok(mine && me);
            if (gives) mine.shift()?.();
            else {
              const taken = shared.take('cpu', limit, me);
              if ('release' in taken) mine.push(taken.release);
            }
            assert.ok(holding.flat().length <= limit);
          }
          for (const release of holding.flat()) release();
          // Whoever was promised a turn and does not come loses it; then all is free again.
          for (let turn = 0; turn < takers.length; turn += 1) clock.advance(turnMs);
          for (const each of Array.from({ length: limit }, () => takers[0]))
            assert.ok(each && 'release' in shared.take('cpu', limit, each));
        },
      ),
    );
  });
});
