import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as prettier from 'prettier';
import { kinds } from '../integration/crash/support/kinds.ts';
import { CrashLab, type Outcome, type RandomKill } from '../integration/crash/support/lab.ts';
import { allRows, rowName } from '../integration/crash/support/rows.ts';
import { deliverOverSlowCable } from '../integration/fleet/slowDelivery.ts';
import { inLanes } from './lanes.ts';
import { NetworkHost } from '../integration/network/support/networkHost.ts';
import { NetworkLab } from '../integration/network/support/networkLab.ts';
import { networkRowName, networkRows } from '../integration/network/support/phases.ts';
import { killsText, networkText, tableText } from './report.ts';

const root = path.join(import.meta.dirname, '..', '..');
const document = path.join(root, 'docs', 'reliability.md');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '200' },
    every: { type: 'string', default: '1' },
    kind: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    fault: { type: 'string' },
    lanes: { type: 'string', default: String(Math.max(1, os.availableParallelism() >> 1)) },
    write: { type: 'boolean', default: false },
  },
});
const lanes = Number(values.lanes);
const labs = new Set<{ close(): Promise<void> }>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void Promise.allSettled([...labs].map((lab) => lab.close())).then(() => process.exit(130));
  });
const does = (what: string): boolean => positionals.length === 0 || positionals.includes(what);
const texts: Record<string, string> = {};
let violations = 0;

for (const name of ['table', 'replacing'] as const)
  if (does(name)) {
    const every = Number(values.every);
    const all = allRows().filter(({ kind }) => (kind.replaces === true) === (name === 'replacing'));
    const rows = all
      .filter(({ fault }) => values.fault === undefined || fault === values.fault)
      .filter((_, index) => index % every === 0);
    const done = await breakAll(openCrashLab, rows, rowName, (lab, row) =>
      row.fault === 'disk full' && !lab.disks.small ? Promise.resolve(undefined) : lab.run(row),
    );
    texts[name] = tableText(done, all);
  }
if (does('kills')) {
  const of = kinds.filter(({ name }) => values.kind === undefined || name === values.kind);
  const first = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  const kills = Array.from({ length: Number(values.kills) }, (_, index): RandomKill => {
    const kind = of[index % of.length];
    if (!kind) throw new Error('There is no kind of job.');
    return { kind, seed: first + index };
  });
  console.log(`seeds ${first} to ${first + kills.length - 1}`);
  const name = ({ kind, seed }: RandomKill): string =>
    `a kill at a random moment (${kind.name}, seed ${seed})`;
  const done = await breakAll(openCrashLab, kills, name, (lab, kill) => lab.runRandom(kill));
  texts['kills'] = killsText(done);
}
if (does('network')) {
  const problem = await NetworkHost.problem(false);
  if (problem === undefined) {
    const every = Number(values.every);
    const once = networkRows()
      .filter(({ fault }) => values.fault === undefined || fault === values.fault)
      .filter((_, index) => index % every === 0);
    const rows = Array.from({ length: Number(values.rounds) }, () => once).flat();
    const done = [];
    for (const dials of ['the node', 'the desk'] as const)
      done.push(
        ...(await breakAll(
          () => NetworkLab.open(dials),
          rows,
          (row) => `${networkRowName(row)}, where ${dials} dials`,
          async (lab, row) => ({ wrong: await lab.run(row) }),
        )),
      );
    texts['network'] = networkText(done);
  } else console.log(`network: not tried: ${problem}`);
}
if (does('slow')) {
  // 2 GiB at 100 Mbit/s.
  const wrong = await deliverOverSlowCable({ bytes: 2 ** 31, bytesASecond: 12_500_000 });
  violations += wrong.length;
  console.log(wrong.length === 0 ? 'slow: delivered' : `VIOLATED: slow\n  ${wrong.join('\n  ')}`);
}
for (const text of Object.values(texts)) console.log(`\n${text}`);
if (values.write) await keep();
console.log(violations === 0 ? 'nothing violated' : `${violations} violated`);
process.exitCode = violations === 0 ? 0 : 1;

function openCrashLab(): Promise<CrashLab> {
  return CrashLab.open((line) => {
    console.log(line);
  });
}

/** Each lane has a lab of its own. Prints what was violated as it comes. */
async function breakAll<L extends { close(): Promise<void> }, T, O extends Pick<Outcome, 'wrong'>>(
  open: () => Promise<L>,
  all: readonly T[],
  name: (one: T) => string,
  work: (lab: L, one: T) => Promise<O | undefined>,
): Promise<{ one: T; outcome: O }[]> {
  const done: { one: T; outcome: O }[] = [];
  await inLanes(all, lanes, async (next) => {
    const lab = await open();
    labs.add(lab);
    try {
      for (let one = next(); one !== undefined; one = next()) {
        const outcome = await work(lab, one);
        if (!outcome) continue;
        done.push({ one, outcome });
        if (outcome.wrong.length > 0) {
          violations += 1;
          console.log(`VIOLATED: ${name(one)}\n  ${outcome.wrong.join('\n  ')}`);
        }
        if (done.length % 25 === 0) console.log(`${done.length} of ${all.length}, ${violations} violated`);
      }
    } finally {
      labs.delete(lab);
      await lab.close();
    }
  });
  return done;
}

/** Each text goes between its two marks. */
async function keep(): Promise<void> {
  let kept = await readFile(document, 'utf8');
  for (const [name, text] of Object.entries(texts)) {
    const [begin, end] = [`<!-- generated:${name} -->`, `<!-- /generated:${name} -->`];
    const [from, to] = [kept.indexOf(begin), kept.indexOf(end)];
    if (from < 0 || to < 0) throw new Error(`${document} has no place for the ${name}.`);
    kept = `${kept.slice(0, from + begin.length)}\n\n${text}\n\n${kept.slice(to)}`;
  }
  const config = await prettier.resolveConfig(document);
  await writeFile(document, await prettier.format(kept, { ...config, filepath: document }));
}
