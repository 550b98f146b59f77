import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildArguments } from '../../../src/encoding/arguments.ts';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import type { BuildInput, BuiltCommand } from '../../../src/encoding/arguments.ts';
import type { Outcome } from '../../../src/encoding/problem.ts';
import { dialects, everything, probes } from './probes.ts';

/** `UPDATE_GOLDEN=1` writes the files anew; the difference is then read in review. */
const folder = path.join(import.meta.dirname, 'golden');
const update = process.env.UPDATE_GOLDEN === '1';

describe('golden arguments', () => {
  const names: string[] = [];
  for (const [presetName, preset] of Object.entries(builtinPresets))
    for (const [probeName, probe] of Object.entries(probes)) {
      const name = `${presetName}.${probeName}.txt`;
      names.push(name);
      it(name, () => {
        const text = Object.entries(dialects)
          .map(([dialectName, dialect]) => {
            const input: BuildInput = {
              preset,
              probe,
              dialect,
              capabilities: everything,
              source: '/media/-take 1: 50%.mp4',
              output: '/media/.dffmpeg-task-1.part',
            };
            return `# ${dialectName}\n${print(buildArguments(input))}`;
          })
          .join('\n');
        const file = path.join(folder, name);
        if (update) {
          mkdirSync(folder, { recursive: true });
          writeFileSync(file, text);
        }
        assert.equal(text, readFileSync(file, 'utf8'));
      });
    }

  it('has no file that nothing writes', () => {
    assert.deepEqual(readdirSync(folder).toSorted(), names.toSorted());
  });
});

/** One option with its value a line; then what is expected. */
function print(built: Outcome<BuiltCommand>): string {
  if (!built.ok) return `${built.problem.code}\n  ${built.problem.message}\n  ${built.problem.hint}\n`;
  const lines: string[] = [];
  for (const argument of built.argv) {
    const opensLine = /^-[a-z_]/u.test(argument) || lines.length === 0;
    const last = lines.at(-1);
    if (opensLine || last === undefined || !last.startsWith('-') || last.includes(' ')) lines.push(argument);
    else lines[lines.length - 1] = `${last} ${argument}`;
  }
  const { notes, ...expected } = built.expected;
  return [...lines, `= ${JSON.stringify(expected)}`, ...notes.map((note) => `! ${note.message}`), ''].join(
    '\n',
  );
}
