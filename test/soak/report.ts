import { faultNames } from '../integration/crash/support/faults.ts';
import type { Outcome, RandomKill, Row } from '../integration/crash/support/lab.ts';
import { networkFaults, phases, type NetworkRow } from '../integration/network/support/phases.ts';
import { steps } from '../integration/crash/support/steps.ts';

type Done<T, O = Outcome> = readonly { readonly one: T; readonly outcome: O }[];
type Wrong = Pick<Outcome, 'wrong'>;

const isRight = ({ outcome }: { readonly outcome: Wrong }): boolean => outcome.wrong.length === 0;

function count(done: readonly { readonly outcome: Wrong }[]): string {
  return done.length === 0 ? '–' : `${done.filter(isRight).length}/${done.length}`;
}

/** A line for each step, a column for each fault: in how many rows the invariant held, of how many. */
export function tableText(done: Done<Row>, all: readonly Row[]): string {
  const head = ['#', 'Step', ...faultNames];
  const happening = steps.filter((step) => all.some((row) => row.step === step));
  const lines = happening.map(({ number, point, what }) => {
    const here = done.filter(({ one }) => one.step.point === point);
    return [
      String(number),
      what,
      ...faultNames.map((fault) => count(here.filter(({ one }) => one.fault === fault))),
    ];
  });
  const sums = faultNames.map((fault) => count(done.filter(({ one }) => one.fault === fault)));
  const table = [head, head.map(() => '---'), ...lines, ['', '**all**', ...sums]];
  const kinds = [...new Set(done.map(({ one }) => `${one.kind.name}, ${one.placing}`))].map(
    (name) => `${name}: ${count(done.filter(({ one }) => `${one.kind.name}, ${one.placing}` === name))}`,
  );
  const pages = done.map(({ outcome }) => outcome.lostPages);
  return [
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `${done.length} rows of ${all.length} were run.`,
    `By kind of job and way of placing: ${kinds.join('; ')}.`,
    `The power cuts took ${pages.reduce((sum, each) => sum + each, 0)} pages of the log, in ${pages.filter((each) => each > 0).length} rows.`,
  ].join('\n');
}

export function killsText(done: Done<RandomKill>): string {
  const names = [...new Set(done.map(({ one }) => one.kind.name))];
  const each = names.map((name) => `${name}: ${count(done.filter(({ one }) => one.kind.name === name))}`);
  return `The invariant held after ${count(done)} kills at random moments (${each.join('; ')}).`;
}

/** A line for each phase of a job on another machine, a column for each fault. */
export function networkText(done: Done<NetworkRow, Wrong>): string {
  const lines = phases.map((phase) => [
    phase.name,
    ...networkFaults.map((fault) =>
      count(done.filter(({ one }) => one.phase === phase && one.fault === fault)),
    ),
  ]);
  const head = ['Broken while', ...networkFaults];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
