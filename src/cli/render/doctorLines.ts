import type { DoctorOutput } from '../jsonOutput.ts';
import type { Style } from '../style.ts';
import { table } from './table.ts';
import { hanging } from './wrap.ts';

export function doctorLines(
  { ok, checks, settings }: DoctorOutput,
  style: Style,
  options: { readonly settings?: boolean; readonly width?: number | undefined } = {},
): string[] {
  const marks = { ok: style.good('✓'), note: style.dim('·'), warn: style.warn('!'), fail: style.bad('✗') };
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, level, detail, hint }) => [
    ...hanging(`${marks[level]} ${name.padEnd(width)}  `, detail, options.width),
    ...(hint === undefined ? [] : hanging(`  ${' '.repeat(width)}  `, style.bold(hint), options.width)),
  ]);
  if (settings.length > 0) lines.push('', ...settingLines(settings, style, options.settings === true));
  lines.push('', ok ? style.good('An encode can run.') : style.bad('No encode can run yet; see ✗ above.'));
  return lines;
}

function settingLines(settings: DoctorOutput['settings'], style: Style, all: boolean): string[] {
  const shown = settings.filter(
    ({ origin, value, default: initial }) => all || (origin !== 'default' && value !== initial),
  );
  const title = all
    ? 'Settings of the daemon:'
    : shown.length > 0
      ? `Settings that differ from their default (${settings.length} in all: --settings):`
      : `All ${settings.length} settings have their default (--settings names them).`;
  const rows = shown.map(({ key, value, unit, origin, place, default: initial }) => [
    `  ${key}`,
    withUnit(value, unit),
    style.dim(place ?? origin),
    style.dim(origin === 'default' || initial === undefined ? '' : `default: ${withUnit(initial, unit)}`),
  ]);
  return [title, ...table(rows)];
}

function withUnit(value: string, unit: string | undefined): string {
  return unit === undefined ? value || '–' : `${value} ${unit}`;
}
