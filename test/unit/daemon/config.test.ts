import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseJsonc } from '../../../src/client/jsoncFile.ts';
import { settingKeys, settingRow, settings } from '../../../src/daemon/config.ts';
import { flagOf, variableOf } from '../../../src/protocol/settingRow.ts';
import { mergeConfig, origins, type Layer, type Origin } from '../../../src/daemon/mergeConfig.ts';

function layer(origin: Origin, values: Record<string, unknown>): Layer {
  return { origin, values, place: (keys) => `${origin}:${keys.join('.')}` };
}

const goodValues = {
  idleMinutes: fc.integer({ min: 0, max: 1000 }),
  lowPriority: fc.boolean(),
  logLevel: fc.constantFrom('debug', 'info', 'warn', 'error'),
  logFiles: fc.integer({ min: 0, max: 100 }),
  ffmpeg: fc.string({ maxLength: 20 }),
};

describe('the settings of the daemon', () => {
  it('have good defaults', () => {
    for (const key of settingKeys) {
      const { schema, default: value } = settingRow(key);
      assert.deepEqual(schema.parse(value), value, key);
    }
  });

  it('name their flag and their variable after the key', () => {
    assert.equal(flagOf('idleMinutes'), '--idle-minutes');
    assert.equal(variableOf('idleMinutes'), 'DFFMPEG_IDLE_MINUTES');
    const names = settingKeys.flatMap((key) => [flagOf(key), variableOf(key)]);
    assert.equal(new Set(names).size, names.length);
  });

  it('take an address of this machine or of the network to listen on, and say how one is written', () => {
    for (const good of [
      '127.0.0.1:0',
      '[::1]:1',
      'localhost:65535',
      '0.0.0.0:7450',
      '[::]:0',
      'example.org:1',
    ])
      assert.equal(settings.listen.schema.safeParse(good).success, true, good);
    for (const bad of ['127.0.0.1', '127.0.0.1:70000', ':80', ''])
      assert.equal(settings.listen.schema.safeParse(bad).success, false, bad);
    const refused = settings.listen.schema.safeParse('here').error?.issues[0]?.message;
    assert.match(refused ?? '', /Write HOST:PORT, such as 127\.0\.0\.1:0 for this machine alone/);
  });

  it('read slots as people type them', () => {
    assert.deepEqual(settingRow('slots').text?.('cpu=2, nvenc=3'), { cpu: 2, nvenc: 3 });
    assert.equal(settings.slots.schema.safeParse(settingRow('slots').text?.('cpu=two')).success, false);
  });
});

describe('mergeConfig', () => {
  it('takes each key from the strongest layer that has it, whatever the others say', () => {
    const layersOf = fc.record(
      Object.fromEntries(
        origins.slice(0, 4).map((origin) => [origin, fc.record(goodValues, { requiredKeys: [] })]),
      ),
    );
    fc.assert(
      fc.property(layersOf, (given) => {
        const layers = origins.slice(0, 4).map((origin) => layer(origin, given[origin] ?? {}));
        const merged = mergeConfig(layers);
        assert.deepEqual(merged.problems, []);
        for (const key of Object.keys(goodValues) as (keyof typeof goodValues)[]) {
          const strongest = layers.find(({ values }) => Object.hasOwn(values, key));
          assert.equal(merged.origins[key], strongest?.origin ?? 'default');
          assert.deepEqual(merged.values[key], strongest ? strongest.values[key] : settings[key].default);
        }
      }),
    );
  });

  it('passes over a bad value, and says where it stands', () => {
    const merged = mergeConfig([
      layer('config.jsonc', { idleMinutes: 'soon' }),
      layer('config.vscode.json', { idleMinutes: 3 }),
    ]);
    assert.equal(merged.values.idleMinutes, 3);
    assert.equal(merged.origins.idleMinutes, 'config.vscode.json');
    assert.deepEqual(
      merged.problems.map(({ place }) => place),
      ['config.jsonc:idleMinutes'],
    );
  });

  it('keeps the value that a layer gave before it turned bad', () => {
    const before = mergeConfig([layer('config.jsonc', { idleMinutes: 7 })]);
    const after = mergeConfig([layer('config.jsonc', { idleMinutes: -1 })], before);
    assert.equal(after.values.idleMinutes, 7);
    assert.equal(after.problems.length, 1);
  });

  it('keeps the good presets beside a bad one', () => {
    const good = { container: 'mp4', video: { encoders: ['libx264'] } };
    const merged = mergeConfig([
      layer('config.jsonc', { presets: { good, bad: { container: 'avi' }, 'no name': good } }),
    ]);
    assert.deepEqual(Object.keys(merged.values.presets), ['good']);
    assert.ok(merged.problems.some(({ place }) => place === 'config.jsonc:presets.bad.container'));
    assert.ok(merged.problems.some(({ message }) => /preset name/.test(message)));
  });

  it('gives presets with what they inherit, from each other and from the built-in ones', () => {
    const merged = mergeConfig([
      layer('config.jsonc', {
        presets: {
          web: { extends: 'web', video: { crf: 18 } },
          tall: { extends: 'web', video: { maxHeight: 2160 } },
          lost: { extends: 'nowhere' },
        },
      }),
    ]);
    const { web, tall, lost } = merged.values.presets;
    assert.ok(web?.video && web.video.crf === 18 && web.container === 'mp4');
    assert.ok(tall?.video && tall.video.crf === 18 && tall.video.maxHeight === 2160);
    assert.equal(lost, undefined);
    assert.deepEqual(
      merged.problems.map(({ place }) => place),
      ['config.jsonc:presets.lost.extends'],
    );
  });

  it('takes what starts work by itself from config.jsonc alone', () => {
    const folders = [{ path: '/in', preset: 'web' }];
    const { values, problems } = mergeConfig([layer('config.vscode.json', { watchFolders: folders })]);
    assert.deepEqual(values.watchFolders, []);
    assert.match(problems[0]?.message ?? '', /counts in config\.jsonc alone/);
    const own = mergeConfig([layer('config.jsonc', { watchFolders: folders })]);
    assert.equal(own.values.watchFolders[0]?.path, '/in');
  });

  it('names a setting that there is not', () => {
    const { problems } = mergeConfig([layer('config.jsonc', { $schema: 'x', ideMinutes: 1 })]);
    assert.equal(problems[0]?.message, 'ideMinutes: There is no such setting.');
    assert.equal(problems[0].hint, 'Did you mean “idleMinutes”?');
    assert.equal(problems.length, 1);
    const far = mergeConfig([layer('config.jsonc', { colour: 'blue' })]).problems[0];
    assert.match(far?.hint ?? '', /dffmpeg doctor --settings/);
  });

  it('says which value counts meanwhile', () => {
    const before = mergeConfig([layer('config.jsonc', { idleMinutes: 7 })]);
    const hintOf = (...args: Parameters<typeof mergeConfig>) => mergeConfig(...args).problems[0]?.hint;
    const bad = [layer('config.jsonc', { idleMinutes: -1 })];
    assert.equal(hintOf(bad), 'Correct it there; until then 10 minutes counts.');
    assert.equal(hintOf(bad, before), 'Correct it there; until then 7 minutes counts.');
    assert.equal(
      hintOf([layer('config.jsonc', { logLevel: 'wran' })]),
      'Did you mean “warn”? Until then info counts.',
    );
  });
});

describe('parseJsonc', () => {
  it('says in which line a key stands', () => {
    const document = parseJsonc('f.jsonc', '// why\n{\n  "a": {\n    "b":\n      1,\n  },\n}');
    assert.deepEqual(document.value, { a: { b: 1 } });
    assert.equal(document.place(['a', 'b']), 'f.jsonc:4');
    assert.equal(document.place(['a', 'missing']), 'f.jsonc:3');
  });

  it('gives no half value of a broken file, and says where it breaks', () => {
    const document = parseJsonc('f.jsonc', '{\n  "a": 1\n  "b": 2\n}');
    assert.equal(document.value, undefined);
    assert.deepEqual(document.problems, [
      { place: 'f.jsonc:3', message: 'This is not valid JSON with comments: comma expected.' },
    ]);
  });

  it('takes an empty file for no settings', () => {
    assert.deepEqual(parseJsonc('f', '\uFEFF \n').value, {});
  });
});
