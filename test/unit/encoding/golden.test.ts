import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import { presetProblems } from '../../../src/encoding/presetCheck.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import { goldenPresets } from './goldenPresets.ts';
import { measureAll, printPlan } from './goldenPlan.ts';
import { dialects, everything, probes } from './probes.ts';

/**
 * One file for each preset: what it does with each source, by each dialect. `UPDATE_GOLDEN=1` writes the files anew;
 * the difference is then read in review.
 */
const folder = path.join(import.meta.dirname, 'golden');
const update = process.env.UPDATE_GOLDEN === '1';
const presets = { ...builtinPresets, ...goldenPresets };

describe('golden arguments', () => {
  for (const [presetName, preset] of Object.entries(presets))
    it(presetName, () => {
      const text = Object.entries(dialects)
        .flatMap(([dialectName, dialect]) =>
          Object.entries(probes).flatMap(([probeName, probe]) =>
            outputsOf(preset).map((output: OutputPreset) => {
              const built = measureAll((measured) =>
                planOutput({
                  output,
                  sources: [{ path: '/media/-take 1: 50%.mp4', probe }],
                  dialect,
                  capabilities: everything,
                  measured,
                }),
              );
              const title = [dialectName, probeName, output.name].filter(Boolean).join(', ');
              return `# ${title}\n${printPlan(built)}`;
            }),
          ),
        )
        .join('\n');
      const file = path.join(folder, `${presetName}.txt`);
      if (update) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(file, text);
      }
      assert.equal(text, readFileSync(file, 'utf8'));
    });

  it('is made of presets without problems', () => {
    for (const [name, preset] of Object.entries(presets)) assert.deepEqual(presetProblems(preset), [], name);
  });

  it('has no file that nothing writes', () => {
    assert.deepEqual(
      readdirSync(folder).toSorted(),
      Object.keys(presets)
        .map((name) => `${name}.txt`)
        .toSorted(),
    );
  });
});
