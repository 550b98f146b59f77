import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { flagOf, settingKeys, settingRow, variableOf } from '../../../src/daemon/config.ts';

const file = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'cli.md');
const [begin, end] = ['<!-- settings -->', '<!-- /settings -->'];

function settingsTable(): string {
  const rows = settingKeys.map((key) => {
    const { doc, unit, default: value, text, hot } = settingRow(key);
    const names = text === undefined ? '' : ` ${flagOf(key)} ${variableOf(key)}`;
    const initial =
      value === '' || JSON.stringify(value) === '{}' ? '' : `\`${String(value)}\`${unit ? ` ${unit}` : ''}`;
    return `- \`${[key, ...names.trim().split(' ').filter(Boolean)].join('`, `')}\`${hot ? ' ↻' : ''}: ${doc}${initial ? ` Default: ${initial}.` : ''}`;
  });
  return rows.join('\n');
}

describe('docs/cli.md', () => {
  it('lists every setting as the table of the code has it (UPDATE_GOLDEN=1 writes it)', () => {
    const text = readFileSync(file, 'utf8');
    const [before = '', rest = ''] = text.split(begin);
    const [listed = '', after = ''] = rest.split(end);
    if (process.env['UPDATE_GOLDEN'])
      writeFileSync(file, `${before}${begin}\n\n${settingsTable()}\n\n${end}${after}`);
    else assert.equal(listed.trim(), settingsTable());
  });
});
