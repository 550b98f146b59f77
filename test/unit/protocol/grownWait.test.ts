import assert from 'node:assert/strict';
import fc from 'fast-check';
import { grownWait } from '../../../src/protocol/grownWait.ts';

describe('a wait that grows', () => {
  it('is as long as it is said to be', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((repeats) => grownWait(1, 10, 2, repeats)),
      [1, 2, 4, 8, 10],
    );
  });

  it('is never shorter than the one before, never beyond the longest, and always a number', () => {
    const waits = fc.record({
      first: fc.double({ min: 0, max: 1e9, noNaN: true }),
      longest: fc.double({ min: 0, max: 1e9, noNaN: true }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      repeats: fc.nat(1e6),
    });
    fc.assert(
      fc.property(waits, ({ first, longest, factor, repeats }) => {
        const wait = grownWait(first, longest, factor, repeats);
        assert.ok(wait >= 0 && wait <= longest, `${wait}`);
        assert.ok(grownWait(first, longest, factor, repeats + 1) >= wait);
      }),
    );
  });
});
