import assert from 'node:assert/strict';
import fc from 'fast-check';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import {
  brokenPresetSentence,
  descriptionOf,
  presetCatalog,
  presetOrigins,
  presetsOfFile,
  type PresetEntry,
} from '../../../src/encoding/presetCatalog.ts';

const named = (entries: readonly PresetEntry[], name: string): PresetEntry => {
  const found = entries.find((entry) => entry.name === name);
  assert.ok(found, name);
  return found;
};

describe('the catalogue of presets', () => {
  it('without a word of anybody is the built-in ones', () => {
    const { entries } = presetCatalog([]);
    assert.deepEqual(
      entries.map(({ name }) => name),
      Object.keys(builtinPresets),
    );
    assert.ok(entries.every(({ usable, origin }) => usable && origin === 'built-in'));
  });

  it('takes of one name the strongest origin, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...presetOrigins], { minLength: 1 }), (origins) => {
        const { entries } = presetCatalog(
          origins.map((origin) => ({ origin, presets: { web: { container: 'mkv', description: origin } } })),
        );
        const strongest = presetOrigins.findLast((origin) => origins.includes(origin));
        const web = named(entries, 'web');
        assert.equal(web.origin, strongest);
        assert.equal(entries.length, Object.keys(builtinPresets).length);
        assert.equal(entries[0], web);
      }),
    );
  });

  it('lets a preset extend one of a stronger and one of a weaker place', () => {
    const { entries } = presetCatalog([
      { origin: 'user', presets: { a: { extends: 'b' } } },
      { origin: 'workspace', presets: { b: { extends: 'c' } } },
      { origin: 'config', presets: { c: { container: 'webm' } } },
    ]);
    const a = named(entries, 'a');
    assert.ok(a.usable);
    assert.equal(a.preset.container, 'webm');
    assert.equal(descriptionOf(a), 'Like “b”.');
  });

  it('marks what is broken, says why in one sentence, and keeps the others', () => {
    const { entries } = presetCatalog([
      {
        origin: 'file',
        file: '/w/p',
        presets: { web: { container: 'mp4', video: { crf: 99, x: 1 } }, ok: { container: 'mp4' } },
      },
    ]);
    const web = named(entries, 'web');
    assert.ok(!web.usable);
    assert.equal(web.file, '/w/p');
    assert.match(
      brokenPresetSentence(web),
      /^The preset “web” cannot be used: .*\(video\.crf\) And 1 more\.$/,
    );
    assert.ok(named(entries, 'ok').usable);
  });

  it('reads a file of presets without its $schema, and nothing of something else', () => {
    assert.deepEqual(presetsOfFile({ $schema: 'x', a: 1 }), { a: 1 });
    assert.equal(presetsOfFile([]), undefined);
    assert.equal(presetsOfFile(null), undefined);
  });
});
