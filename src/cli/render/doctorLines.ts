import type { DoctorOutput } from '../jsonOutput.ts';
import type { Style } from '../style.ts';
import { table } from './table.ts';

export function doctorLines({ ok, checks, settings }: DoctorOutput, style: Style): string[] {
  const marks = { ok: style.good('✓'), note: style.dim('·'), warn: style.warn('!'), fail: style.bad('✗') };
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, level, detail, hint }) => [
    `${marks[level]} ${name.padEnd(width)}  ${detail}`,
    ...(hint === undefined ? [] : [`  ${' '.repeat(width)}  ${style.bold(hint)}`]),
  ]);
  if (settings.length > 0)
    lines.push(
      '',
      'Settings of the daemon:',
      ...table(settings.map(({ key, value, origin }) => [`  ${key}`, value, style.dim(origin)])),
    );
  lines.push('', ok ? style.good('An encode can run.') : style.bad('No encode can run yet; see ✗ above.'));
  return lines;
}
