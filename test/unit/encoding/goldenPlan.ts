import type { Analysis, Measured, Plan } from '../../../src/encoding/plan.ts';
import type { Outcome } from '../../../src/encoding/problem.ts';

type Planned = Outcome<{ plan: Plan }>;

/** A plan to its end: analyses find made-up values, and are printed before it. */
export function measureAll(plan: (measured: Measured) => Planned): {
  planned: Planned;
  analyses: readonly Analysis[];
} {
  const first = plan({});
  if (!first.ok || first.plan.analyses.length === 0) return { planned: first, analyses: [] };
  const measured: Measured = {
    crop: { top: 140, bottom: 140, left: 0, right: 0 },
    loudness: Object.fromEntries(
      [0, 1, 2, 3].map((track) => [
        track,
        { inputI: -24.5, inputTp: -3.2, inputLra: 7.1, inputThresh: -34.9, targetOffset: 0.4 },
      ]),
    ),
    crf: 25.5,
  };
  return { planned: plan(measured), analyses: first.plan.analyses };
}

/** One option with its value a line; then what is expected and said. */
export function printPlan({ planned, analyses }: ReturnType<typeof measureAll>): string {
  if (!planned.ok) {
    const { code, message, hint, path } = planned.problem;
    return `${code}${path === undefined ? '' : ` at ${path.join('.')}`}\n  ${message}\n  ${hint}\n`;
  }
  const { plan } = planned;
  const lines: string[] = [];
  for (const analysis of analyses) {
    lines.push(`? ${analysis.kind}${'target' in analysis ? ` ${JSON.stringify(analysis.target)}` : ''}`);
    if ('commands' in analysis) for (const { argv } of analysis.commands) lines.push(`  ${argv.join(' ')}`);
  }
  for (const file of plan.files)
    lines.push(
      `< ${file.name} ${JSON.stringify('text' in file ? file.text : 'asset' in file ? file.asset : file.extract)}`,
    );
  for (const { purpose, argv } of plan.commands) lines.push(`$ ${purpose}`, ...optionLines(argv));
  const { notes, ...expected } = plan.expected;
  const { encoders, slot, segmentSafe } = plan;
  lines.push(`= ${JSON.stringify({ encoders, slot, segmentSafe, expected })}`);
  return [
    ...lines,
    ...notes.map(({ message, loses }) => `!${loses === undefined ? '' : ` [${loses}]`} ${message}`),
    '',
  ].join('\n');
}

function optionLines(argv: readonly string[]): string[] {
  const lines: string[] = [];
  for (const argument of argv) {
    const opensLine = /^-[a-z_]/u.test(argument) || lines.length === 0;
    const last = lines.at(-1);
    if (opensLine || last === undefined || !last.startsWith('-') || last.includes(' ')) lines.push(argument);
    else lines[lines.length - 1] = `${last} ${argument}`;
  }
  return lines;
}
