import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decideQuality, maxQualityProbes } from '../../../src/encoding/qualitySearch.ts';
import type { QualityGoal, QualityProbe } from '../../../src/encoding/qualitySearch.ts';

const goal: QualityGoal = { score: 0.97, best: 8, worst: 43, usual: 23, step: 0.5 };

/** Searches on a film whose likeness at each crf is `likeness`. */
function search(likeness: (crf: number) => number, wanted: QualityGoal) {
  const probes: QualityProbe[] = [];
  for (;;) {
    const decision = decideQuality(probes, wanted);
    if (!('next' in decision)) return { ...decision, probes };
    assert.ok(probes.length < maxQualityProbes, 'it comes to an end');
    assert.ok(!probes.some(({ crf }) => crf === decision.next), 'nothing is tried twice');
    assert.ok(decision.next >= wanted.best && decision.next <= wanted.worst);
    probes.push({ crf: decision.next, score: likeness(decision.next) });
  }
}

/** Falls faster and faster, as SSIM does. */
const film = (crf: number) => 1 - 0.0005 * Math.exp(crf / 8);

describe('the search for a target quality', () => {
  it('finds the highest crf that reaches the goal', () => {
    const found = search(film, goal);
    const best = Math.floor(8 * Math.log(0.03 / 0.0005) * 2) / 2;
    assert.equal(found.reached, true);
    assert.equal(found.crf, best);
  });

  it('begins at the encoder’s usual value', () => {
    assert.deepEqual(decideQuality([], goal), { next: 23 });
  });

  it('says when even the best is not good enough', () => {
    const found = search(() => 0.5, goal);
    assert.deepEqual([found.reached, found.crf], [false, goal.best]);
  });

  it('stops at the worst where everything is good enough', () => {
    const found = search(() => 0.999, goal);
    assert.deepEqual([found.reached, found.crf], [true, goal.worst]);
  });

  it('never gives a crf whose own probe fell short, and comes within two steps (property)', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-5, max: 0.01, noNaN: true }),
        fc.double({ min: 4, max: 14, noNaN: true }),
        fc.double({ min: 0.85, max: 0.995, noNaN: true }),
        (scale, softness, score) => {
          const likeness = (crf: number) => Math.max(0, 1 - scale * Math.exp(crf / softness));
          const wanted = { ...goal, score };
          const found = search(likeness, wanted);
          if (!found.reached) {
            assert.ok(likeness(wanted.best) < score || found.probes.length === maxQualityProbes);
            return;
          }
          assert.ok(found.score >= score);
          const ideal = Math.min(wanted.worst, softness * Math.log((1 - score) / scale));
          assert.ok(ideal - found.crf <= 2, `${found.crf} where ${ideal} would do`);
        },
      ),
    );
  });
});
