import assert from 'node:assert/strict';
import { compare, compareFleets, longestWait, seeds, utilisations } from '../../sim/report.ts';

/** Mean flow time, over that of the same order decided by somebody who knows every duration and speed. */
const mostByLoad = 1.15;
/** A load with a backlog of hours, where one long job in a wrong place delays hundreds; see docs/architecture.md. */
const exceptions: Readonly<Record<string, number>> = { 'load 7 at 0.7': 1.2 };

describe('the scheduler, over random loads', function () {
  this.timeout(120_000);

  for (const utilisation of utilisations)
    it(`loses little by what it does not know, at ${utilisation * 100} % utilisation`, () => {
      const all = seeds.map((seed) => compare(seed, utilisation));
      for (const { seed, ratio } of all) {
        const name = `load ${seed} at ${utilisation}`;
        assert.ok(ratio <= (exceptions[name] ?? mostByLoad), `${name}: ${ratio.toFixed(3)}`);
      }
      const mean = all.reduce((sum, { ratio }) => sum + ratio, 0) / all.length;
      assert.ok(mean <= 1.03, `mean of all: ${mean.toFixed(3)}`);
    });

  it('loses little in fleets of unlike machines behind unlike links, and far less than dealing jobs out in turn', () => {
    const all = seeds.map((seed) => compareFleets(seed, 0.9));
    const mean = all.reduce((sum, { toKnown }) => sum + toKnown, 0) / all.length;
    assert.ok(mean <= 1.03, `mean of all: ${mean.toFixed(3)}`);
    for (const [index, { toKnown, toRoundRobin }] of all.entries()) {
      assert.ok(toKnown <= 1.25, `load ${seeds[index]}: ${toKnown.toFixed(3)}`);
      assert.ok(toRoundRobin <= 0.7, `load ${seeds[index]}: ${toRoundRobin.toFixed(3)}`);
    }
  });

  it('lets nothing wait more than ten times the median, among jobs of one kind and priority', () => {
    for (const utilisation of utilisations)
      for (const seed of seeds) {
        const longest = longestWait(seed, utilisation);
        assert.ok(longest <= 10, `load ${seed} at ${utilisation}: ${longest.toFixed(1)}`);
      }
  });
});
