import assert from 'node:assert/strict';
import { findPreset, findPresetProblems, presetTextKind } from '../../../src/extension/model/presetText.ts';
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

describe('presets in the text of a file of their own', () => {
  const file = `{
  "$schema": "https://example.org/schema.json",
  "mine": { "extends": "web", "video": { "crff": 1 } },
  "late": { "extends": "nowhere" },
  "webm": { "extends": "web", "container": "webm" },
  "loop": { "extends": "pool" }
}`;
  const at = (problems: ReturnType<typeof findPresetProblems>): string[] =>
    problems.map(({ offset, length }) => file.slice(offset, offset + length));

  it('are found at their field, at “extends” for what comes from another', () => {
    const problems = findPresetProblems(file, 'presets', { pool: { extends: 'loop' } });
    assert.deepEqual(at(problems), ['"crff"', '"extends"', '"container"', '"container"', '"extends"']);
    assert.match(problems[0]?.message ?? '', /^Preset “mine”: .* Did you mean “crf”\?$/);
    assert.match(problems[4]?.message ?? '', /circle/);
  });

  it('may extend what other places say, which their own names overrule', () => {
    const text = '{ "a": { "extends": "b" }, "b": { "extends": "c" } }';
    assert.deepEqual(
      findPresetProblems(text, 'presets', { b: { video: { crf: 99 } }, c: { container: 'mkv' } }),
      [],
    );
  });

  it('are told by the name of the file', () => {
    assert.equal(presetTextKind('/w/mine.dffmpeg-presets.json'), 'presets');
    assert.equal(presetTextKind('/w/.vscode/settings.json'), 'settings');
    assert.equal(presetTextKind('/w/all.code-workspace'), 'settings');
    assert.equal(presetTextKind('/w/package.json'), undefined);
  });

  it('are opened at their name', () => {
    const place = findPreset(file, 'late', 'presets');
    assert.equal(place && file.slice(place.offset, place.offset + place.length), '"late"');
    const config = '{ "maxFailures": 2, "presets": { "mine": {} } }';
    assert.equal(findPreset(config, 'mine', 'config')?.offset, config.indexOf('"mine"'));
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
