/**
 * Where jobs go in a fleet of unlike machines behind unlike links: 20 random loads by the scheduler of the daemon and a clock of their
 * own, from a cold start (`test/sim`). Promises: mean flow time at most 1.15 times that of the same order placed by somebody who
 * knows every speed, duration and link, and at most 0.7 times that of dealing jobs out in turn as they come. Nothing is
 * measured by the clock of this machine: each run gives the same.
 */
import { compareFleets, seeds, utilisations } from '../sim/report.ts';
import { report, type Figure } from './lib/report.ts';

const figures: Figure[] = [];
for (const utilisation of utilisations) {
  const all = seeds.map((seed) => compareFleets(seed, utilisation));
  const name = `at ${utilisation * 100} % utilisation`;
  figures.push(
    {
      name: `mean flow time to that with true speeds, ${name}`,
      unit: '×',
      values: all.map(({ toKnown }) => toKnown),
      atMost: 1.15,
    },
    {
      name: `mean flow time to that of round-robin, ${name}`,
      unit: '×',
      values: all.map(({ toRoundRobin }) => toRoundRobin),
      atMost: 0.7,
    },
  );
}
report('fleet', figures, { seeds });
