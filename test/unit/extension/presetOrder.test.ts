import assert from 'node:assert/strict';
import { builtinPresets, featuredPresets } from '../../../src/encoding/builtinPresets.ts';
import { presetCatalog, type PresetEntry } from '../../../src/encoding/presetCatalog.ts';
import { groupPresets } from '../../../src/extension/model/presetOrder.ts';
import { presetIcon, presetSummary } from '../../../src/extension/model/presetSummary.ts';

const { entries } = presetCatalog([
  { origin: 'workspace', presets: { mine: { container: 'mkv' }, small: { extends: 'small' } } },
]);

function names(lastUsed?: string): Record<string, string[]> {
  const groups: Readonly<Record<string, readonly PresetEntry[]>> = { ...groupPresets(entries, lastUsed) };
  return Object.fromEntries(
    Object.entries(groups).map(([group, members]) => [group, members.map(({ name }) => name)]),
  );
}

describe('the order of presets', () => {
  it('shows the featured ones and a person’s own, and holds the rest back', () => {
    const { lastUsed, featured, own, more = [] } = names();
    assert.deepEqual(lastUsed, []);
    assert.deepEqual(featured, ['web', 'av1', 'audio']);
    assert.deepEqual(own, ['small', 'mine']);
    assert.equal(more.length, Object.keys(builtinPresets).length - featuredPresets.length);
    assert.ok(more.includes('gif'));
  });

  it('puts the one last used first, wherever it is from, and nowhere else', () => {
    for (const name of ['gif', 'web', 'mine']) {
      const groups = names(name);
      assert.deepEqual(groups['lastUsed'], [name]);
      assert.equal(
        Object.values(groups)
          .flat()
          .filter((other) => other === name).length,
        1,
      );
    }
  });
});

describe('a preset in a few lines', () => {
  it('says what it makes, and how', () => {
    assert.deepEqual(presetSummary(builtinPresets['web']!), [
      'mp4 · libx264, crf 22, at most 1080 lines · aac, 160k',
    ]);
    assert.deepEqual(presetSummary(builtinPresets['opus']!), ['opus · libopus']);
    assert.deepEqual(presetSummary(builtinPresets['hls']!), ['hls · libx264, 4 sizes · aac, 128k']);
    assert.deepEqual(
      presetSummary({
        container: 'mkv',
        video: { copy: true },
        audio: false,
        outputs: { a: {}, b: { container: 'jpg' } },
      }),
      ['a: mkv · the picture as it is', 'b: jpg · mjpeg'],
    );
  });

  it('has an icon for film, sound or picture', () => {
    const icons = (['web', 'hls', 'opus', 'gif', 'poster'] as const).map((name) =>
      presetIcon(builtinPresets[name]!),
    );
    assert.deepEqual(icons, [
      'device-camera-video',
      'device-camera-video',
      'unmute',
      'file-media',
      'file-media',
    ]);
  });
});
