import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lookAtClock, type ClockSeen } from '../../../src/coordinator/clockJump.ts';

const day = 86_400_000;
const week = 7 * day;
const month = 30 * day;
const looks = (...times: number[]): ClockSeen =>
  times.reduce<ClockSeen | undefined>(
    (seen, at) => lookAtClock(seen, at, { doubtMs: week, keepMs: month }),
    undefined,
  )!;

describe('a clock that is looked at', () => {
  it('is believed while it goes on, and after nights and days without a look', () => {
    assert.equal(looks(0, day, 2 * day, 8 * day).doubtedUntil, 0);
  });

  it('is doubted for as long as it is suddenly ahead, however often it is looked at then', () => {
    assert.equal(looks(0, 9 * day).doubtedUntil, 18 * day);
    assert.equal(looks(0, 9 * day, 10 * day, 11 * day).doubtedUntil, 18 * day);
  });

  it('that was years behind is doubted until what was kept since has had its time', () => {
    const years = 3650 * day;
    assert.equal(looks(0, years).doubtedUntil, years + month);
  });

  it('that is put right again is doubted no longer than that from there', () => {
    assert.ok(looks(day, 3650 * day, 2 * day).doubtedUntil <= 2 * day + month);
  });

  it('is never doubted for longer than that, whatever it does', () => {
    const times = fc.array(fc.integer({ min: 0, max: 100_000 * day }), { minLength: 1 });
    fc.assert(
      fc.property(times, (all) => {
        const { at, doubtedUntil } = looks(...all);
        assert.ok(doubtedUntil - at <= month);
      }),
    );
  });
});
