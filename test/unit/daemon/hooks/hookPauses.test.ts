import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hookDue, hookPause, longestHookPause } from '../../../../src/daemon/hooks/hookPauses.ts';

const pauses = fc.record({
  hookRetryMinSeconds: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
  hookRetryMaxSeconds: fc.double({ min: 0.01, max: 100_000, noNaN: true }),
  hookRetryFactor: fc.double({ min: 1, max: 100, noNaN: true }),
  hookRetryJitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const tries = fc.integer({ min: 1, max: 1000 });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

describe('the pauses of hooks', () => {
  it('grow with each try up to the longest, give or take the spread (property)', () => {
    fc.assert(
      fc.property(pauses, tries, chance, (given, count, by) => {
        const pause = hookPause(count, by, given);
        assert.ok(pause >= 0 && pause <= longestHookPause(given) * (1 + 1e-9));
        assert.ok(hookPause(count + 1, by, given) >= pause);
      }),
    );
  });

  it('are kept while the clock goes on, and begun anew at the most when it was set back (property)', () => {
    const wall = fc.integer({ min: 0, max: 2 ** 41 });
    fc.assert(
      fc.property(pauses, tries, chance, wall, fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), (...all) => {
        const [given, count, by, failedAt, elapsed] = all;
        const at = failedAt + hookPause(count, by, given);
        const now = failedAt + elapsed;
        const due = hookDue({ at, tries: count }, now, given);
        if (elapsed >= 0) assert.equal(due, at);
        assert.ok(due <= at);
        assert.ok(due <= now + hookPause(count, 1, given));
      }),
    );
  });

  it('are nothing before the first try, whatever the clock says', () => {
    const given = {
      hookRetryMinSeconds: 10,
      hookRetryMaxSeconds: 60,
      hookRetryFactor: 2,
      hookRetryJitter: 0,
    };
    assert.equal(hookDue({ at: 5000, tries: 0 }, 1000, given), 1000);
    assert.equal(hookPause(3, 0, given), 40_000);
  });
});
