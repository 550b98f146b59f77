import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextRange, type Wanted } from '../../../src/files/nextRange.ts';

const none: Wanted = {
  ...{ count: 100, has: () => false, inFlight: () => false },
  ...{ cursors: [], rest: false, lowest: 0 },
};
const at = (...all: number[]): Wanted['cursors'] => all.map((index) => ({ index, ahead: 4 }));
const among =
  (...all: number[]) =>
  (index: number): boolean =>
    all.includes(index);

describe('the range of a file that is fetched next', () => {
  it('is what somebody waits for, of whoever came last, before what comes after that', () => {
    assert.deepEqual(nextRange({ ...none, cursors: at(99, 0) }), { index: 99, urgent: true });
    const index = { ...none, cursors: at(99, 0), inFlight: among(99) };
    assert.deepEqual(nextRange(index), { index: 0, urgent: true });
    assert.deepEqual(nextRange({ ...index, has: among(0) }), { index: 1, urgent: false });
  });

  it('is as far ahead of each reader as is wanted soon, and no farther before the rest is wanted', () => {
    const read = { ...none, cursors: at(10), has: among(10, 11, 12, 13) };
    assert.deepEqual(nextRange(read), { index: 14, urgent: false });
    assert.equal(nextRange({ ...read, inFlight: among(14) }), undefined);
    assert.deepEqual(nextRange({ ...read, inFlight: among(14), rest: true }), { index: 0, urgent: false });
    assert.equal(nextRange({ ...none, cursors: at(99), has: among(99) }), undefined);
  });

  it('comes once, whatever is read, and all of it comes', () => {
    const step = fc.oneof(
      fc.record({ cursor: fc.integer({ min: 0, max: 2 }), at: fc.integer({ min: 0, max: 60 }) }),
      fc.record({ arrives: fc.nat() }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 8 }),
        fc.array(step, { maxLength: 80 }),
        (count, ahead, atOnce, steps) => {
          const [there, inFlight, asked] = [new Set<number>(), new Set<number>(), new Set<number>()];
          const cursors = [count, count, count];
          const pump = (rest: boolean): void => {
            for (;;) {
              const wanted = { count, cursors: cursors.map((index) => ({ index, ahead })), rest, lowest: 0 };
              const next = nextRange({
                ...wanted,
                has: (index) => there.has(index),
                inFlight: (index) => inFlight.has(index),
              });
              if (!next || (!next.urgent && inFlight.size >= atOnce)) break;
              assert.ok(next.index >= 0 && next.index < count);
              assert.ok(!asked.has(next.index), `${next.index} is asked for twice`);
              assert.equal(next.urgent, cursors.includes(next.index));
              if (!rest)
                assert.ok(cursors.some((cursor) => next.index >= cursor && next.index <= cursor + ahead));
              asked.add(next.index);
              inFlight.add(next.index);
            }
            // Whoever waits is asked for, however much else is under way.
            for (const cursor of cursors)
              assert.ok(
                cursor >= count || there.has(cursor) || inFlight.has(cursor),
                `${cursor} is not asked for`,
              );
          };
          const arrive = (index: number): void => {
            inFlight.delete(index);
            there.add(index);
          };
          for (const each of steps) {
            if ('at' in each) cursors[each.cursor] = Math.min(each.at, count);
            else if (inFlight.size > 0) arrive([...inFlight][each.arrives % inFlight.size] ?? 0);
            pump(false);
          }
          for (pump(true); inFlight.size > 0; pump(true)) arrive([...inFlight][0] ?? 0);
          assert.equal(there.size, count);
        },
      ),
    );
  });
});
