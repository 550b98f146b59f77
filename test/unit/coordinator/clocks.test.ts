import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { steadyClock } from '../../../src/coordinator/clocks.ts';

describe('steadyClock', () => {
  it('never runs back or slower than time, and never behind the system (property)', () => {
    const step = fc.record({ elapsed: fc.nat(10_000), set: fc.integer({ min: -7_200_000, max: 7_200_000 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let elapsed = 0;
        let wall = 1_700_000_000_000;
        const steady = steadyClock(
          () => wall,
          () => elapsed,
        );
        let last = steady();
        for (const { elapsed: by, set } of steps) {
          elapsed += by;
          wall += by + set;
          const now = steady();
          assert.ok(now - last >= by);
          assert.ok(now >= wall);
          last = now;
        }
      }),
    );
  });
});
