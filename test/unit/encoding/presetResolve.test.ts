import assert from 'node:assert/strict';
import fc from 'fast-check';
import { builtinPresets, featuredPresets } from '../../../src/encoding/builtinPresets.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import { completePresetSchema } from '../../../src/encoding/presetComplete.ts';
import { resolvePreset } from '../../../src/encoding/presetResolve.ts';
import type { PresetProblem } from '../../../src/encoding/presetCheck.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import { presetSources } from './presetArbitrary.ts';

type Others = Readonly<Record<string, unknown>>;

function resolved(source: unknown, others: Others = {}, name = 'mine'): Preset {
  const outcome = resolvePreset(name, source, others);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.preset;
}

function problems(source: unknown, others: Others = {}, name = 'mine'): readonly PresetProblem[] {
  const outcome = resolvePreset(name, source, others);
  assert.ok(!outcome.ok, JSON.stringify(outcome));
  return outcome.problems;
}

const paths = (found: readonly PresetProblem[]): string[] => found.map(({ path }) => path.join('.'));

describe('a preset that extends another', () => {
  it('merges objects and replaces everything else', () => {
    const { video, audio } = resolved({
      extends: 'web',
      video: { crf: 21, encoders: ['libx265', 'libx264'] },
    });
    assert.deepEqual(video, {
      ...(builtinPresets['web']?.video as object),
      crf: 21,
      encoders: ['libx265', 'libx264'],
    });
    assert.deepEqual(audio, builtinPresets['web']?.audio);
  });

  it('says itself what it is: the description of the other would be wrong', () => {
    assert.equal(resolved({ extends: 'web', video: { crf: 30 } }).description, undefined);
  });

  it('may leave out a part, and bring one back', () => {
    assert.equal(resolved({ extends: 'web', video: false }).video, false);
    const back = resolved(
      { extends: 'silent', audio: { encoder: 'aac' } },
      { silent: { extends: 'web', audio: false } },
    );
    assert.deepEqual(back.audio, { encoder: 'aac' });
  });

  it('has one rate control: its own takes back the other’s', () => {
    for (const [field, value] of [
      ['bitrate', '4M'],
      ['targetSize', '10MB'],
      ['targetQuality', { score: 0.98 }],
    ] as const) {
      const { video } = resolved({ extends: 'web', video: { [field]: value } });
      assert.ok(video);
      assert.equal(video.crf, undefined);
      assert.deepEqual(video[field], value);
    }
  });

  it('takes two passes back with the bit rate that they were for, not those of a quality', () => {
    const quality = resolved({ extends: 'under-25mb', video: { crf: 20 } }).video;
    assert.ok(quality && quality.passes === undefined && quality.targetSize === undefined);
    const vp9 = resolved({ extends: 'vp9', video: { crf: 28 } }).video;
    assert.ok(vp9 && vp9.passes === 2);
  });

  it('names an exact size or rate in place of a limit', () => {
    const { video } = resolved({ extends: 'small', video: { height: 1440, frameRate: 50 } });
    assert.ok(video);
    assert.equal(video.maxHeight, undefined);
    assert.equal(video.maxFrameRate, undefined);
  });

  it('ends a part by the one way that it names', () => {
    const others = { part: { extends: 'web', trim: { start: 5, duration: 10 } } };
    assert.deepEqual(resolved({ extends: 'part', trim: { end: 20 } }, others).trim, { start: 5, end: 20 });
  });

  it('takes no number over that another codec’s scale has', () => {
    const others = { tv: { extends: 'web', video: { profile: 'high', level: '4.1', tune: 'film' } } };
    const { video } = resolved({ extends: 'tv', video: { encoders: ['libsvtav1'] } }, others);
    assert.deepEqual(video && [video.crf, video.profile, video.level, video.tune], Array(4).fill(undefined));
    const sameCodec = resolved(
      { extends: 'tv', video: { encoders: ['h264_nvenc', 'libx264'] } },
      others,
    ).video;
    assert.deepEqual(sameCodec && [sameCodec.crf, sameCodec.profile], [22, 'high']);
  });

  it('copies without settings, and has no copy where it sets something', () => {
    assert.deepEqual(resolved({ extends: 'web', video: { copy: true } }).video, { copy: true });
    assert.deepEqual(resolved({ extends: 'remux', video: { encoders: ['libx264'] } }).video, {
      encoders: ['libx264'],
    });
  });

  it('of its own name means the built-in one', () => {
    const web = { extends: 'web', video: { crf: 18 } };
    const { video } = resolved(web, { web }, 'web');
    assert.ok(video && video.crf === 18 && video.maxHeight === 1080);
    const through = resolved({ extends: 'web' }, { web }).video;
    assert.ok(through && through.crf === 18);
  });

  it('of a name that is an object’s own member is like any other', () => {
    assert.deepEqual(paths(problems({ extends: 'constructor' })), ['extends']);
    assert.equal(
      resolved({ extends: 'constructor' }, { constructor: { container: 'mkv' } }).container,
      'mkv',
    );
  });
});

describe('a chain of presets', () => {
  const chain = (length: number): Record<string, unknown> => ({
    p0: { container: 'mkv' },
    ...Object.fromEntries(Array.from({ length }, (_, i) => [`p${i + 1}`, { extends: `p${i}` }])),
  });

  it('is followed ten times, and refused beyond', () => {
    assert.equal(resolved({ extends: 'p9' }, chain(10)).container, 'mkv');
    const [problem] = problems({ extends: 'p10' }, chain(11));
    assert.match(problem?.message ?? '', /More than 10/);
    assert.deepEqual(problem?.path, ['extends']);
  });

  it('that has no end is refused at “extends”, whatever its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(11), (length, start) => {
        const names = Array.from({ length }, (_, index) => `c${index}`);
        const others = Object.fromEntries(
          names.map((name, index) => [name, { extends: names[(index + 1) % length] }]),
        );
        const name = names[start % length] ?? 'c0';
        const found = problems(others[name], others, name);
        assert.deepEqual(paths(found), ['extends']);
        assert.equal(found[0]?.code, 'preset-invalid');
      }),
    );
  });

  it('with a hole says which name is missing, and which was meant', () => {
    const [problem] = problems({ extends: 'wbe' });
    assert.equal(problem?.code, 'preset-unknown');
    assert.equal(problem?.hint, 'Did you mean “web”?');
    assert.match(
      problems({ extends: 'a' }, { a: { extends: 'nowhere' } })[0]?.message ?? '',
      /“a”.*“nowhere”/,
    );
  });

  it('with a broken link says what is wrong there', () => {
    const [problem] = problems({ extends: 'a' }, { a: { container: 'mp4', video: { crf: 99 } } });
    assert.deepEqual(problem?.path, ['extends']);
    assert.match(problem?.message ?? '', /“a”.*63.*video\.crf/);
  });

  it('gives the same in one step or in several', () => {
    fc.assert(
      fc.property(presetSources(), presetSources(), (low, high) => {
        const others = { low: { ...low, extends: 'web' }, high: { ...high, extends: 'low' } };
        const whole = resolvePreset('high', others.high, others);
        const alias = resolvePreset('alias', { extends: 'high', description: 'x' }, others);
        assert.equal(alias.ok, whole.ok);
        if (alias.ok && whole.ok)
          assert.deepEqual({ ...alias.preset, description: 0 }, { ...whole.preset, description: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

describe('any preset that the schema lets through', () => {
  it('gives complete outputs or problems with places, never both', () => {
    let good = 0;
    fc.assert(
      fc.property(presetSources(), presetSources(), (source, other) => {
        const outcome = resolvePreset('mine', source, { mine: source, web: other });
        if (outcome.ok) {
          good += 1;
          assert.ok(completePresetSchema.safeParse(outcome.preset).success);
          for (const output of outputsOf(outcome.preset)) {
            assert.ok(output.video !== undefined && output.audio !== undefined);
            assert.ok(output.video !== false || output.audio !== false);
            if (output.video && output.video.copy !== true) assert.ok(output.video.encoders?.length);
            if (output.audio) assert.ok(output.audio.encoder);
          }
          return;
        }
        assert.ok(outcome.problems.length > 0);
        for (const { code, message, hint, path } of outcome.problems) {
          assert.match(code, /^preset-/);
          assert.match(message, /\S[.?!)]$/);
          assert.match(hint, /\S[.?!)]$/);
          assert.ok(path.length > 0);
        }
      }),
      { numRuns: 600 },
    );
    assert.ok(good > 0, 'None was good: the generator is useless.');
  });

  it('and anything else gives problems alone', () => {
    fc.assert(
      fc.property(fc.anything(), (source) => {
        const outcome = resolvePreset('mine', source, {});
        assert.equal(outcome.ok || outcome.problems.length > 0, true);
      }),
    );
  });
});

describe('the outputs of a preset', () => {
  it('are one without a name, where none is named', () => {
    const [only, ...more] = outputsOf(resolved({ container: 'webm' }));
    assert.deepEqual(more, []);
    assert.equal(only?.name, undefined);
    assert.deepEqual([only?.video, only?.audio], [{ encoders: ['libvpx-vp9'] }, { encoder: 'libopus' }]);
  });

  it('begin with what the preset says, in the order in which they stand', () => {
    const outputs = outputsOf(
      resolved({
        extends: 'web',
        outputs: { uhd: { video: { crf: 24, height: 2160 } }, hd: {}, sound: { container: 'm4a' } },
      }),
    );
    assert.deepEqual(
      outputs.map(({ name, container }) => [name, container]),
      [
        ['uhd', 'mp4'],
        ['hd', 'mp4'],
        ['sound', 'm4a'],
      ],
    );
    const [uhd, hd, sound] = outputs.map(({ video }) => video);
    assert.ok(uhd && uhd.crf === 24 && uhd.maxHeight === undefined);
    assert.ok(hd && hd.crf === 22 && hd.maxHeight === 1080);
    assert.equal(sound, false);
  });

  it('that are a poster of a film keep its look and none of its compression', () => {
    const outputs = outputsOf(
      resolved({
        extends: 'web',
        video: { crop: 'auto', tune: 'film' },
        trim: { end: 5 },
        outputs: { film: {}, poster: { container: 'jpg' }, sheet: { container: 'png', contactSheet: {} } },
      }),
    );
    const [, poster, sheet] = outputs;
    assert.deepEqual(poster?.video, {
      maxHeight: 1080,
      dynamicRange: 'sdr',
      crop: 'auto',
      encoders: ['mjpeg'],
    });
    assert.deepEqual([poster?.audio, poster?.subtitles, poster?.trim], [false, false, undefined]);
    assert.deepEqual(sheet?.video, { dynamicRange: 'sdr', crop: 'auto', encoders: ['png'] });
  });

  it('of another preset are merged by name', () => {
    const others = { two: { extends: 'web', outputs: { a: { video: { crf: 20 } }, b: {} } } };
    const outputs = outputsOf(
      resolved({ extends: 'two', outputs: { a: { video: { bitrate: '2M' } } } }, others),
    );
    assert.deepEqual(
      outputs.map(({ name }) => name),
      ['a', 'b'],
    );
    const [a, b] = outputs.map(({ video }) => video);
    assert.ok(a && a.crf === undefined && a.bitrate === '2M');
    assert.ok(b && b.crf === 22);
  });
});

describe('problems of a preset', () => {
  it('are all told, each at its field', () => {
    const found = problems({
      container: 'mp5',
      video: { crff: 1, crf: 99 },
      audio: { encoder: 'aacc' },
      x: 1,
    });
    assert.deepEqual(paths(found).sort(), ['audio.encoder', 'container', 'video.crf', 'video.crff', 'x']);
    const hints = Object.fromEntries(found.map(({ path, hint }) => [path.join('.'), hint]));
    assert.equal(hints['video.crff'], 'Did you mean “crf”?');
    assert.equal(hints['container'], 'Did you mean “mp4”?');
    assert.equal(hints['audio.encoder'], 'Did you mean “aac”?');
  });

  it('stand in the output that has them, or in the preset from which it takes them', () => {
    const own = { outputs: { web: { container: 'webm', video: { encoders: ['libx264'] } } } };
    assert.deepEqual(paths(problems(own)), ['outputs.web.video.encoders.0']);
    const shared = {
      video: { encoders: ['libvpx-vp9'], crf: 30, bitrate: '1M' },
      outputs: { a: { container: 'webm' }, b: { container: 'mkv' } },
    };
    assert.deepEqual(paths(problems(shared)), ['video.bitrate']);
    const missing = { outputs: { a: { video: { crf: 30 } } } };
    assert.deepEqual(paths(problems(missing)), ['outputs.a.container']);
  });

  it('of inherited fields stand at what contradicts them, else at “extends”', () => {
    assert.deepEqual(paths(problems({ extends: 'web', container: 'webm' })), ['container', 'container']);
    const base = { base: { video: { crf: 2, bitrate: '1M' } } };
    assert.deepEqual(paths(problems({ extends: 'base', container: 'mp4' }, base)), ['extends']);
  });

  it('include the name', () => {
    assert.match(problems({ container: 'mp4' }, {}, 'no good')[0]?.message ?? '', /1 to 40/);
  });
});

describe('built-in presets', () => {
  it('are complete, described, and right', () => {
    for (const [name, preset] of Object.entries(builtinPresets)) {
      assert.deepEqual(resolved(preset, {}, name), preset);
      assert.match(preset.description ?? '', /\.$/, name);
    }
  });

  it('begin with the featured ones', () => {
    assert.deepEqual(Object.keys(builtinPresets).slice(0, featuredPresets.length), featuredPresets);
  });

  it('can each be extended without a word', () => {
    for (const [name, preset] of Object.entries(builtinPresets)) {
      const { description } = preset;
      assert.deepEqual(resolved({ extends: name, description }), preset);
    }
  });
});
