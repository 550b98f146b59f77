import assert from 'node:assert/strict';
import * as z from 'zod';
import { buildArguments, checkPreset, encodersOf } from '../../../src/encoding/arguments.ts';
import type { BuildInput, BuiltCommand } from '../../../src/encoding/arguments.ts';
import { builtinPresets, defaultPresetName } from '../../../src/encoding/builtinPresets.ts';
import { containerTable } from '../../../src/encoding/containers.ts';
import type { Capabilities } from '../../../src/encoding/dialect.ts';
import { audioEncoderTable, videoEncoderTable } from '../../../src/encoding/encoders.ts';
import { containers, presetNameSchema, presetSchema } from '../../../src/encoding/preset.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { Problem } from '../../../src/encoding/problem.ts';
import { errorCodes } from '../../../src/protocol/errors.ts';
import { audioStream, dialects, everything, probeOf, probes, videoStream } from './probes.ts';

const base: Preset = {
  container: 'mkv',
  video: { encoders: ['libx264'], crf: 20 },
  audio: { encoder: 'aac' },
};

function build(preset: Preset, fields: Partial<BuildInput> = {}): BuiltCommand {
  const built = buildArguments(input(preset, fields));
  if (!built.ok) assert.fail(built.problem.message);
  return built;
}

function problem(preset: Preset, fields: Partial<BuildInput> = {}): Problem {
  const built = buildArguments(input(preset, fields));
  if (built.ok) assert.fail('it was built');
  assert.ok((errorCodes as readonly string[]).includes(built.problem.code));
  return built.problem;
}

function input(preset: Preset, fields: Partial<BuildInput>): BuildInput {
  return {
    preset,
    probe: probes['uhd-60fps-10bit'],
    dialect: dialects['ffmpeg-8'],
    capabilities: everything,
    source: '/in.mkv',
    output: '/out.part',
    ...fields,
  };
}

/** The value after an option. */
function valueOf(argv: readonly string[], option: string): string | undefined {
  const at = argv.indexOf(option);
  return at === -1 ? undefined : argv[at + 1];
}

describe('built-in presets', () => {
  it('fit the schema, their names too, and go together', () => {
    for (const [name, preset] of Object.entries(builtinPresets)) {
      assert.deepEqual(presetSchema.parse(preset), preset);
      presetNameSchema.parse(name);
      assert.deepEqual(checkPreset(preset), { ok: true });
    }
    assert.equal(Object.keys(builtinPresets)[0], defaultPresetName);
  });
});

describe('every leaf of the preset schema changes an argument', () => {
  /** A preset without the leaf (or with one value of it) and one with it. */
  const pairs: Record<string, [Preset, Preset]> = {
    container: [base, { ...base, container: 'mp4' }],
    video: [base, { ...base, video: false }],
    'video.encoders': [base, withVideo({ encoders: ['libx265'] })],
    'video.crf': [base, withVideo({ crf: 30 })],
    'video.bitrate': [base, withVideo({ crf: undefined, bitrate: '4M' })],
    'video.speed': [base, withVideo({ speed: 'slow' })],
    'video.maxHeight': [base, withVideo({ maxHeight: 720 })],
    'video.maxFrameRate': [base, withVideo({ maxFrameRate: 30 })],
    'video.pixelFormat': [base, withVideo({ pixelFormat: 'yuv420p10le' })],
    audio: [base, { ...base, audio: false }],
    'audio.encoder': [base, withAudio({ encoder: 'libopus' })],
    'audio.bitrate': [base, withAudio({ bitrate: '160k' })],
    'audio.maxChannels': [base, withAudio({ maxChannels: 2 })],
  };
  /** For people alone. */
  const silent = ['description'];

  for (const leaf of leaves(z.toJSONSchema(presetSchema, { io: 'input' }))) {
    if (silent.includes(leaf)) continue;
    it(leaf, () => {
      const pair = pairs[leaf];
      assert.ok(pair, `a new leaf: add ${leaf} to this test`);
      const [without, with_] = pair;
      assert.notDeepEqual(build(without).argv, build(with_).argv);
    });
  }

  function withVideo(fields: object): Preset {
    return presetSchema.parse({ ...base, video: { ...(base.video as object), ...fields } });
  }
  function withAudio(fields: object): Preset {
    return presetSchema.parse({ ...base, audio: { ...(base.audio as object), ...fields } });
  }
});

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly anyOf?: readonly JsonSchema[];
}

function leaves(schema: unknown, prefix = ''): string[] {
  const { properties = {} } = schema as JsonSchema;
  return Object.entries(properties).flatMap(([key, child]) => {
    const object = child.anyOf?.find((option) => option.type === 'object');
    return [prefix + key, ...(object ? leaves(object, `${prefix}${key}.`) : [])];
  });
}

describe('arguments', () => {
  it('force the demuxer and allow nothing but plain files of its kind', () => {
    const { argv } = build(base, { probe: probes['surround-720p'], source: '/a/pipe:1 -x.mp4' });
    const before = argv.slice(0, argv.indexOf('-i'));
    assert.equal(valueOf(before, '-f'), 'mov');
    assert.equal(valueOf(before, '-protocol_whitelist'), 'file');
    assert.equal(valueOf(before, '-format_whitelist'), 'mov,mp4,m4a,3gp,3g2,mj2');
    assert.equal(valueOf(argv, '-i'), 'file:/a/pipe:1 -x.mp4');
    assert.equal(argv.at(-1), 'file:/out.part');
  });

  it('refuse a playlist, or a container this ffmpeg lacks, whatever its name', () => {
    const hls = probeOf([videoStream()], { formatName: 'hls' });
    assert.equal(problem(base, { probe: hls }).code, 'source-not-media');
    const dialect = { ...dialects['ffmpeg-8'], demuxers: ['mov'] };
    assert.equal(problem(base, { dialect }).code, 'source-not-media');
  });

  it('take the first encoder that was proved for the pixel format', () => {
    const preset: Preset = {
      ...base,
      video: { encoders: ['hevc_nvenc', 'libx265', 'libx264'], pixelFormat: 'yuv420p10le' },
    };
    const capabilities: Capabilities = {
      ...everything,
      hevc_nvenc: { usable: false, refusal: 'No capable devices found' },
      libx265: { usable: true, pixelFormats: ['yuv420p'] },
    };
    const built = build(preset, { capabilities });
    assert.equal(built.encoders.video, 'libx264');
    assert.equal(built.slot, 'cpu');
    assert.equal(build(preset).slot, 'nvenc');
    assert.deepEqual(encodersOf(preset), ['hevc_nvenc', 'libx265', 'libx264', 'aac']);
  });

  it('say why no encoder is left', () => {
    const preset: Preset = { ...base, video: { encoders: ['hevc_nvenc', 'libx264'] } };
    const none: Capabilities = { aac: { usable: true, pixelFormats: [] } };
    const { code, message } = problem(preset, {
      capabilities: { ...none, hevc_nvenc: { usable: false, refusal: '' } },
    });
    assert.equal(code, 'encoder-unavailable');
    assert.match(message, /hevc_nvenc failed its trial run; libx264 has not been tried yet/u);
    assert.equal(
      problem(
        { ...base, audio: { encoder: 'libopus' } },
        { capabilities: { ...everything, libopus: { usable: false, refusal: '' } } },
      ).code,
      'encoder-unavailable',
    );
  });

  it('refuse what a container cannot hold, a crf beyond the scale, a format the encoder lacks', () => {
    const wrong: [Preset, RegExp][] = [
      [{ ...base, container: 'webm', audio: false }, /webm cannot hold h264/u],
      [{ ...base, container: 'mp3' }, /mp3 holds sound alone/u],
      [{ ...base, container: 'mp4', audio: { encoder: 'flac' } }, /mp4 cannot hold flac/u],
      [{ ...base, video: { encoders: ['libx264'], crf: 60 } }, /ends at 51/u],
      [{ ...base, video: { encoders: ['h264_qsv'], pixelFormat: 'yuv420p10le' } }, /cannot make/u],
    ];
    for (const [preset, message] of wrong) {
      const found = problem(preset);
      assert.equal(found.code, 'preset-invalid');
      assert.match(found.message, message);
    }
  });

  it('choose the default picture, else the largest, and never cover art', () => {
    const probe = probeOf([
      videoStream({ index: 0, attachedPicture: true, width: 4000, height: 4000 }),
      videoStream({ index: 1, default: false, width: 320, height: 240 }),
      videoStream({ index: 2, default: false, width: 640, height: 480 }),
    ]);
    assert.equal(valueOf(build(base, { probe }).argv, '-map'), '0:2');
  });

  it('keep every audio track in Matroska, the default one elsewhere', () => {
    const probe = probeOf([
      videoStream(),
      audioStream({ index: 1, default: false }),
      audioStream({ index: 2, default: true }),
    ]);
    assert.equal(build(base, { probe }).expected.audio.length, 2);
    const single = build({ ...base, container: 'mp4' }, { probe });
    assert.deepEqual(
      single.argv.filter((argument) => argument.startsWith('0:')),
      ['0:0', '0:2'],
    );
    assert.match(single.expected.notes[0]?.message ?? '', /1 other is left out/u);
  });

  it('give every encoder an argument for each speed, by crf and by bit rate', () => {
    for (const [name, entry] of Object.entries(videoEncoderTable)) {
      const speeds = ['fastest', 'fast', 'medium', 'slow', 'slowest'] as const;
      for (const speed of speeds)
        for (const bitrate of [undefined, '2M']) {
          const argv = entry.arguments({ crf: entry.defaultCrf, bitrate, speed });
          assert.ok(argv.length > 0 && argv.every((argument) => !/undefined|NaN/u.test(argument)), name);
        }
      assert.ok(entry.pixelFormats.yuv420p, `${name} does 8-bit`);
    }
  });

  it('have for each container something that it holds', () => {
    for (const container of containers) {
      const { audioCodecs, videoCodecs } = containerTable[container];
      assert.ok(
        Object.values(audioEncoderTable).some(({ codec }) => audioCodecs.includes(codec)),
        container,
      );
      for (const codec of videoCodecs)
        assert.ok(Object.values(videoEncoderTable).some((entry) => entry.codec === codec));
    }
  });
});
