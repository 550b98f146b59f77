import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { choosePreset, nearestSettings, presetCatalog } from '../../../src/cli/presets.ts';
import { parseJsonc } from '../../../src/client/jsoncFile.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';

const settings = (text: string) => parseJsonc('/w/.vscode/settings.json', text);
const withCode = (code: string) => (error: unknown) => error instanceof DffmpegError && error.code === code;

describe('presets on the command line', () => {
  it('are built-in, of the daemon, and of the workspace; of one name the nearest counts', () => {
    const config = {
      name: 'mine',
      origin: 'config' as const,
      preset: { container: 'mkv' as const, audio: { encoder: 'flac' as const } },
    };
    const catalog = presetCatalog(
      [config],
      settings(
        '{ "dffmpeg.presets": { "web": { "container": "webm", "video": { "encoders": ["libvpx-vp9"] } } } }',
      ),
    );
    assert.equal(choosePreset(catalog, 'small').origin, 'built-in');
    assert.equal(choosePreset(catalog, 'mine').origin, 'config');
    assert.equal(choosePreset(catalog, 'web').origin, 'workspace');
    assert.equal(choosePreset(catalog, 'web').preset.container, 'webm');
  });

  it('that are wrong are named with file and line, and never replaced by a built-in one', () => {
    const catalog = presetCatalog(
      [],
      settings('{\n  "dffmpeg.presets": {\n    "web": {\n      "container": "avi"\n    }\n  }\n}'),
    );
    assert.equal(catalog.problems[0]?.place, '/w/.vscode/settings.json:4');
    assert.throws(() => choosePreset(catalog, 'web'), withCode('preset-invalid'));
    assert.equal(choosePreset(catalog, 'small').name, 'small');
  });

  it('are none of a file that is no JSON, which is said', () => {
    const catalog = presetCatalog([], settings('{ "dffmpeg.presets": '));
    assert.equal(
      catalog.presets.every(({ origin }) => origin === 'built-in'),
      true,
    );
    assert.match(catalog.problems[0]?.message ?? '', /not valid JSON/);
  });

  it('that are unknown are answered with what there is, the nearest first', () => {
    assert.throws(
      () => choosePreset(presetCatalog([], undefined), 'smal'),
      (error: unknown) =>
        error instanceof DffmpegError &&
        error.hint === 'Did you mean “small”? There are: web, small, av1, audio.',
    );
  });

  it('come from the nearest settings above the current folder', async () => {
    const root = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-presets-'));
    try {
      const deep = path.join(root, 'a', 'b');
      mkdirSync(path.join(root, '.vscode'), { recursive: true });
      mkdirSync(deep, { recursive: true });
      writeFileSync(path.join(root, '.vscode', 'settings.json'), '{}');
      assert.equal((await nearestSettings(deep))?.file, path.join(root, '.vscode', 'settings.json'));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
