import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lookAtClock, type ClockSeen } from '../../../src/coordinator/clockJump.ts';

const day = 86_400_000;
const week = 7 * day;
const looks = (...times: number[]): ClockSeen =>
  times.reduce<ClockSeen | undefined>((seen, at) => lookAtClock(seen, at, week), undefined)!;

describe('a clock that is looked at', () => {
  it('is believed while it goes on, and after nights and days without a look', () => {
    assert.equal(looks(0, day, 2 * day, 8 * day).doubtedUntil, 0);
  });

  it('is doubted for a week where it is suddenly ahead, however often it is looked at then', () => {
    const years = 3650 * day;
    assert.equal(looks(0, years).doubtedUntil, years + week);
    assert.equal(looks(0, years, years + day, years + 2 * day).doubtedUntil, years + week);
  });

  it('that is put right again is doubted no longer than a week from there', () => {
    assert.ok(looks(day, 3650 * day, 2 * day).doubtedUntil <= 2 * day + week);
  });

  it('is never doubted for longer than that, whatever it does', () => {
    const times = fc.array(fc.integer({ min: 0, max: 100_000 * day }), { minLength: 1 });
    fc.assert(
      fc.property(times, (all) => {
        const { at, doubtedUntil } = looks(...all);
        assert.ok(doubtedUntil - at <= week);
      }),
    );
  });
});
