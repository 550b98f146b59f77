import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Capabilities } from '../../../src/encoding/dialect.ts';
import type { Plan } from '../../../src/encoding/plan.ts';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import type { Problem } from '../../../src/encoding/problem.ts';
import { errorCodes } from '../../../src/protocol/errors.ts';
import { audioStream, dialects, everything, probeOf, probes, videoStream } from './probes.ts';

const base: Preset = {
  container: 'mkv',
  video: { encoders: ['libx264'], crf: 20 },
  audio: { encoder: 'aac' },
};

interface Fields extends Partial<PlanInput> {
  readonly probe?: Probe;
  readonly source?: string;
}

function build(preset: Preset, fields: Fields = {}): Plan & { argv: readonly string[] } {
  const built = planOutput(input(preset, fields));
  if (!built.ok) assert.fail(built.problem.message);
  return { ...built.plan, argv: built.plan.commands.at(-1)?.argv ?? [] };
}

function problem(preset: Preset, fields: Fields = {}): Problem {
  const built = planOutput(input(preset, fields));
  if (built.ok) assert.fail('it was built');
  assert.ok((errorCodes as readonly string[]).includes(built.problem.code));
  return built.problem;
}

function input(preset: Preset, { probe, source, ...fields }: Fields): PlanInput {
  const [output] = outputsOf(preset);
  return {
    output: output!,
    sources: [{ path: source ?? '/in.mkv', probe: probe ?? probes['uhd-60fps-10bit'] }],
    dialect: dialects['ffmpeg-8'],
    capabilities: everything,
    ...fields,
  };
}

/** The value after an option. */
function valueOf(argv: readonly string[], option: string): string | undefined {
  const at = argv.indexOf(option);
  return at === -1 ? undefined : argv[at + 1];
}

describe('a plan', () => {
  it('force the demuxer and allow nothing but plain files of its kind', () => {
    const { argv } = build(base, { probe: probes['surround-720p'], source: '/a/pipe:1 -x.mp4' });
    const before = argv.slice(0, argv.indexOf('-i'));
    assert.equal(valueOf(before, '-f'), 'mov');
    assert.equal(valueOf(before, '-protocol_whitelist'), 'file');
    assert.equal(valueOf(before, '-format_whitelist'), 'mov,mp4,m4a,3gp,3g2,mj2');
    assert.equal(valueOf(argv, '-i'), 'file:/a/pipe:1 -x.mp4');
    assert.equal(argv.at(-1), 'file:result.mkv', 'in the attempt’s own folder');
  });

  it('refuse a container that this ffmpeg cannot write', () => {
    const old = dialects['ffmpeg-8'];
    const still: Preset = { container: 'avif', video: { encoders: ['libaom-av1'] } };
    assert.ok(build(still).argv.includes('avif'));
    const without = { ...old, features: old.features.filter((name) => name !== 'avif') };
    assert.equal(problem(still, { dialect: without }).code, 'ffmpeg-lacks');
    const lacking = problem(base, { dialect: { ...old, muxers: ['mp4'] } });
    assert.deepEqual([lacking.code, lacking.path], ['ffmpeg-lacks', ['container']]);
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

  it('begins where trim says, and lasts as long', () => {
    const { argv, expected } = build({ ...base, trim: { start: '0:02', end: 5 } });
    const near = (text: string | undefined, wanted: number) =>
      assert.ok(Math.abs(Number(text) - wanted) < 0.02, `${text} is not within a frame of ${wanted}`);
    near(valueOf(argv, '-ss'), 2);
    near(valueOf(argv, '-t'), 3);
    assert.ok(argv.indexOf('-ss') < argv.indexOf('-i'), 'sought before it is read');
    near(String(expected.duration), 3);
  });

  it('refuses a part that lies behind the end, at the field', () => {
    const { path } = problem({ ...base, trim: { start: '1:00:00' } });
    assert.deepEqual(path, ['trim', 'start']);
  });

  it('has two commands for two passes, which share their log', () => {
    const video = { encoders: ['libx264' as const], bitrate: '2M', passes: 2 as const };
    const { commands } = build({ ...base, video });
    assert.deepEqual(
      commands.map(({ purpose, argv }) => [purpose, valueOf(argv, '-pass:v:0')]),
      [
        ['first-pass', '1'],
        ['encode', '2'],
      ],
    );
    const [first, second] = commands.map(({ argv }) => valueOf(argv, '-passlogfile:v:0'));
    assert.equal(first, second);
  });

  it('asks for what it must measure, and goes on with it', () => {
    const preset: Preset = { ...base, video: { encoders: ['libx264'], crop: 'auto' } };
    const first = build(preset);
    assert.deepEqual([first.analyses.map(({ kind }) => kind), first.commands], [['crop'], []]);
    const then = build(preset, { measured: { crop: { top: 8, bottom: 8, left: 0, right: 0 } } });
    assert.equal(then.analyses.length, 0);
    assert.match(valueOf(then.argv, '-filter:v:0') ?? '', /crop=/u);
  });

  it('joins unlike sources into the picture and the sound of the first', () => {
    const second = probeOf([videoStream({ width: 640, height: 480, frameRate: 30 })]);
    const { argv, expected } = build(base, {
      sources: [
        { path: '/a.mp4', probe: probes['surround-720p'] },
        { path: '/b.mp4', probe: second },
      ],
    });
    const graph = valueOf(argv, '-filter_complex') ?? '';
    assert.match(graph, /concat=n=2:v=1:a=1/u);
    assert.match(graph, /anullsrc.*atrim=duration=10/u, 'silent where there is no sound');
    assert.equal(expected.video?.width, 1280);
  });

  it('joins by copying only what is the same', () => {
    const copy: Preset = { container: 'mkv', video: { copy: true }, audio: { tracks: [{ do: 'copy' }] } };
    const sources = (other: Probe): Fields => ({
      sources: [
        { path: '/it’s/a.mp4', probe: probes['surround-720p'] },
        { path: "/it's/b.mp4", probe: other },
      ],
    });
    const plan = build(copy, sources(probes['surround-720p']));
    const [list] = plan.files;
    assert.match(list && 'text' in list ? list.text : '', /file 'file:\/it'\\''s\/b\.mp4'/u);
    assert.match(problem(copy, sources(probes['silent-640x272'])).message, /do not agree.*number of tracks/u);
  });

  it('joins by copying no sources that are to be shown otherwise, and says what it leaves out', () => {
    const copy: Preset = { container: 'mkv', video: { copy: true }, audio: { tracks: [{ do: 'copy' }] } };
    const clip = (marks: object, file: Partial<Probe> = {}) =>
      probeOf([videoStream(marks), audioStream({})], file);
    const sources = (other: Probe): Fields => ({
      sources: [
        { path: '/a.mp4', probe: clip({}) },
        { path: '/b.mp4', probe: other },
      ],
    });
    for (const [marks, what] of [
      [{ rotation: 180 }, /which side is up/u],
      [{ sampleAspectRatio: 4 / 3 }, /shape of the pixels/u],
      [{ fieldOrder: 'tt' }, /order of the fields/u],
      [{ colorRange: 'pc' }, /range of the colours/u],
      [{ colorTransfer: 'arib-std-b67', colorPrimaries: 'bt2020' }, /the brightness/u],
    ] as const)
      assert.match(problem(copy, sources(clip(marks))).message, what);
    const alike = {
      rotation: 0,
      sampleAspectRatio: 1,
      colorTransfer: 'smpte170m',
      fieldOrder: 'progressive',
    };
    const { notes } = build(copy, sources(clip(alike, { chapters: 3 }))).expected;
    assert.deepEqual(
      notes.map(({ loses }) => loses),
      ['chapters'],
    );
  });

  it('leaves the sizes of a ladder out that are taller than the source', () => {
    const { expected, argv } = build(
      { container: 'hls', audio: { encoder: 'aac' } },
      { probe: probes['surround-720p'] },
    );
    assert.equal(expected.rungs, 3);
    assert.match(valueOf(argv, '-var_stream_map') ?? '', /^v:0,agroup:sound,name:720p /u);
  });

  it('takes the cover where a file of sound has no film', () => {
    const { argv } = build({ container: 'jpg' }, { probe: probes['mp3-with-cover'] });
    assert.equal(valueOf(argv, '-map'), '0:1');
  });

  it('has no argument that is empty, or that a shell would not have seen as one (property)', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((name) => `/${name}`);
    fc.assert(
      fc.property(names, fc.constantFrom(...Object.values(probes)), (source, probe) => {
        const built = planOutput(input(base, { source, probe }));
        if (!built.ok) return;
        const { argv } = built.plan.commands[0]!;
        assert.equal(argv.filter((argument) => argument.includes(source)).length, 1);
        assert.ok(argv.includes(`file:${source}`), 'a name is one argument, and never an option');
      }),
    );
  });
});
