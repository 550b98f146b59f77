import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ForeignLoad } from '../../../src/coordinator/foreignLoad.ts';

const limits = { most: 0.9, spanMs: 60_000 };

describe('the load by other programs', () => {
  it('counts when it has been above the limit for the whole span, and ends with the first that is not', () => {
    const load = new ForeignLoad();
    for (let at = 0; at <= 55_000; at += 5_000) load.heard(0.91, at, limits);
    assert.equal(load.isOver(59_999, limits), false);
    load.heard(0.91, 60_000, limits);
    assert.equal(load.isOver(60_000, limits), true);
    load.heard(0.9, 65_000, limits);
    assert.equal(load.isOver(65_000, limits), false);
  });

  it('gives one thing away in a span', () => {
    const load = new ForeignLoad();
    for (let at = 0; at <= 60_000; at += 5_000) load.heard(1, at, limits);
    assert.equal(load.isDue(60_000, limits), true);
    load.relieved(60_000);
    for (let at = 65_000; at <= 115_000; at += 5_000) {
      load.heard(1, at, limits);
      assert.deepEqual([load.isOver(at, limits), load.isDue(at, limits)], [true, false]);
    }
    load.heard(1, 120_000, limits);
    assert.equal(load.isDue(120_000, limits), true);
    load.forget();
    assert.equal(load.isOver(120_000, limits), false);
  });

  it('is over exactly when all that was heard within the span is, without a break as long as that (property)', () => {
    const samples = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 90_000 }), fc.constantFrom(0.5, 0.9, 0.95, 1, 1)),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(samples, (all) => {
        const load = new ForeignLoad();
        const heard: { at: number; share: number }[] = [];
        let now = 0;
        for (const [pause, share] of all) {
          now += pause;
          heard.push({ at: now, share });
          load.heard(share, now, limits);
          // Back to the first of those above the limit that have followed each other.
          let since: number | undefined;
          for (let index = heard.length - 1; index >= 0; index -= 1) {
            const { at, share: each } = heard[index]!;
            if (each <= limits.most || (since !== undefined && since - at > limits.spanMs)) break;
            since = at;
          }
          assert.equal(load.isOver(now, limits), since !== undefined && now - since >= limits.spanMs);
        }
      }),
    );
  });
});
