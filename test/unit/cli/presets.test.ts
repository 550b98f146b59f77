import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { workspaceFiles } from '../../../src/cli/presetFiles.ts';
import { checkPresetFile, choosePreset, presetCatalog } from '../../../src/cli/presets.ts';
import { parseJsonc } from '../../../src/client/jsoncFile.ts';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';

const settings = (text: string) => ({
  settings: parseJsonc('/w/.vscode/settings.json', text),
  presetFiles: [],
});
const presetFile = (name: string, text: string) => parseJsonc(`/w/${name}.dffmpeg-presets.json`, text);
const none = { presetFiles: [] };
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
      () => choosePreset(presetCatalog([], none), 'smal'),
      (error: unknown) =>
        error instanceof DffmpegError &&
        error.hint?.startsWith('Did you mean “small”? There are: web, small, av1, audio, ') === true,
    );
  });

  it('of a presets file are weaker than those of the settings, and may extend each other', () => {
    const catalog = presetCatalog([], {
      settings: settings('{ "dffmpeg.presets": { "a": { "container": "mkv" }, "c": { "extends": "b" } } }')
        .settings,
      presetFiles: [
        presetFile('one', '{ "$schema": "x", "a": { "container": "mp4" }, "b": { "container": "mov" } }'),
        presetFile('two', '{ "b": { "extends": "web", "video": { "crf": 18 } } }'),
      ],
    });
    assert.deepEqual(catalog.problems, []);
    assert.deepEqual(
      [choosePreset(catalog, 'a'), choosePreset(catalog, 'b')].map(({ origin, file, preset }) => [
        origin,
        file,
        preset.container,
      ]),
      [
        ['workspace', '/w/.vscode/settings.json', 'mkv'],
        ['file', '/w/two.dffmpeg-presets.json', 'mp4'],
      ],
    );
    const { video } = choosePreset(catalog, 'c').preset;
    assert.ok(video && video.crf === 18);
  });

  it('that are wrong are told with the line of the very field, what comes from another one at “extends”', () => {
    const text = `{
      "fine": { "container": "webm" },
      "mine": {
        "extends": "web",
        "container": "webm",
        "video": {
          "crff": 20
        }
      },
      "late": {
        "extends": "nowhere"
      }
    }`;
    const { right, problems } = checkPresetFile(presetFile('p', text), builtinPresets);
    assert.deepEqual(right, ['fine']);
    assert.deepEqual(
      problems.map(({ place, preset, hint }) => [place, preset, hint]),
      [
        ['/w/p.dffmpeg-presets.json:7', 'mine', 'Did you mean “crf”?'],
        ['/w/p.dffmpeg-presets.json:11', 'late', 'Name a preset that there is.'],
      ],
    );
  });

  it('are none of a file that holds something else, which is said', () => {
    const { right, problems } = checkPresetFile(presetFile('p', '[1]'), {});
    assert.deepEqual(right, []);
    assert.match(problems[0]?.message ?? '', /holds presets by name/);
  });

  it('come from the nearest folder above the current one that has any', async () => {
    const root = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-presets-'));
    try {
      const deep = path.join(root, 'a', 'b');
      mkdirSync(path.join(root, '.vscode'), { recursive: true });
      mkdirSync(deep, { recursive: true });
      writeFileSync(path.join(root, '.vscode', 'settings.json'), '{}');
      writeFileSync(path.join(root, '.vscode', 'z.dffmpeg-presets.json'), '{}');
      writeFileSync(path.join(root, 'y.dffmpeg-presets.json'), '{}');
      const above = await workspaceFiles(deep);
      assert.equal(above.settings?.file, path.join(root, '.vscode', 'settings.json'));
      assert.deepEqual(
        above.presetFiles.map(({ file }) => path.relative(root, file)),
        ['y.dffmpeg-presets.json', path.join('.vscode', 'z.dffmpeg-presets.json')],
      );
      writeFileSync(path.join(deep, 'x.dffmpeg-presets.json'), '{}');
      const here = await workspaceFiles(deep);
      assert.equal(here.settings, undefined);
      assert.deepEqual(
        here.presetFiles.map(({ file }) => file),
        [path.join(deep, 'x.dffmpeg-presets.json')],
      );
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
