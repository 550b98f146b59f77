import assert from 'node:assert/strict';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import {
  brokenPresetSentence,
  checkPreset,
  presetCatalog,
} from '../../../src/extension/model/presetCatalog.ts';
import { findPreset, findPresetProblems } from '../../../src/extension/model/presetText.ts';
import { readNotifications, readOutputTemplate, readPresets } from '../../../src/extension/settings.ts';

const text = `{
  // Ours.
  "dffmpeg.presets": {
    "fine": { "container": "mp4", "video": { "encoders": ["libx264"], "crf": 20 } },
    "high": { "container": "mp4", "video": { "encoders": ["libx264"], "crf": 99 } },
    "typo": { "container": "mp4", "audio": { "encoder": "aac", "bitrat": "1k" } },
    "no good": { "container": "mp4", "audio": false, "video": { "encoders": ["libx264"] } },
    "empty": {},
  },
}`;

function lineOf(offset: number): string {
  return text.slice(0, offset).split('\n').at(-1) + text.slice(offset).split('\n')[0]!;
}

describe('presets in the text of a settings file', () => {
  const problems = findPresetProblems(text);

  it('are found at their very field', () => {
    const high = problems.find(({ message }) => message.includes('“high”'));
    assert.ok(high);
    assert.equal(text.slice(high.offset, high.offset + high.length), '"crf"');
    assert.ok(lineOf(high.offset).includes('"high"'));
    const typo = problems.find(({ message }) => message.includes('“typo”'));
    assert.equal(typo && text.slice(typo.offset, typo.offset + typo.length), '"bitrat"');
  });

  it('are found at their name when that or a missing field is the problem', () => {
    for (const name of ['no good', 'empty']) {
      const problem = problems.find(({ message }) => message.includes(`“${name}”`));
      assert.equal(problem && text.slice(problem.offset, problem.offset + problem.length), `"${name}"`);
    }
  });

  it('are left alone when they are right', () => {
    assert.ok(!problems.some(({ message }) => message.includes('“fine”')));
  });

  it('are found in a workspace file too', () => {
    const workspace = `{ "folders": [], "settings": ${text} }`;
    assert.equal(findPresetProblems(workspace).length, problems.length);
    assert.equal(workspace.slice(findPreset(workspace, 'high')!.offset).startsWith('"high"'), true);
  });

  it('are nobody’s when the text is not JSON', () => {
    assert.deepEqual(findPresetProblems('# hello'), []);
    assert.deepEqual(findPresetProblems('{ "dffmpeg.presets": 3 }'), []);
    assert.deepEqual(findPresetProblems(''), []);
  });
});

describe('the catalogue of presets', () => {
  it('puts one of the settings in the place of a built-in one', () => {
    const entries = presetCatalog(builtinPresets, {
      web: { container: 'mp3', audio: { encoder: 'libmp3lame' } },
    });
    const web = entries.filter(({ name }) => name === 'web');
    assert.deepEqual(
      web.map(({ origin }) => origin),
      ['settings'],
    );
    assert.equal(entries.length, Object.keys(builtinPresets).length);
  });

  it('says in one sentence why a preset cannot be used', () => {
    const entry = checkPreset('high', { container: 'mp4', video: { encoders: ['libx264'], crf: 99 } });
    assert.ok(!entry.usable);
    assert.match(
      brokenPresetSentence('high', entry.problems),
      /^The preset “high” cannot be used: .*video\.crf/,
    );
  });
});

describe('settings', () => {
  const having = (value: unknown) => ({ get: () => value as never });

  it('take whatever a person typed', () => {
    assert.deepEqual(readPresets(having([1])), {});
    assert.deepEqual(readPresets(having(null)), {});
    assert.equal(readNotifications(having('loud')), 'all');
    assert.equal(readNotifications(having('none')), 'none');
    assert.equal(readOutputTemplate(having('  ')), undefined);
    assert.equal(readOutputTemplate(having(7)), undefined);
  });
});
