import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { secondFfmpeg } from '../../../scripts/lib/secondFfmpeg.mjs';
import { maxSampled, samplesFile } from '../../../src/encoding/carriedSound.ts';
import type { Expectation } from '../../../src/encoding/expectation.ts';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import {
  ChangesReader,
  changesArguments,
  cuesFile,
  maxWords,
  textsFile,
  wordsFile,
  type SourceChanges,
} from '../../../src/encoding/sourceChanges.ts';
import { dialect, probeOf } from './trackRun.ts';

const expected: Expectation = {
  ...{
    kind: 'film',
    audio: [],
    subtitles: ['mov_text'],
    coverArt: false,
    durationEstimated: false,
    notes: [],
  },
};

/** One second each of what a broadcast is made of, joined as one stream: nothing is damaged where they meet. */
describe('a source that changes its shape in the middle', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-changes-'));
    const steady = [
      '-c:v',
      'mpeg2video',
      '-b:v',
      '1M',
      '-minrate',
      '1M',
      '-maxrate',
      '1M',
      '-bufsize',
      '1M',
      '-g',
      '12',
    ];
    const picture = async (name: string, size: string, aspect: string) =>
      made(
        name,
        [`testsrc2=size=${size}:rate=25:duration=1`],
        ['-aspect', aspect, ...steady, '-f', 'mpeg2video'],
      );
    const sound = async (name: string, codec: string, channels: string) =>
      made(name, ['sine=duration=1:sample_rate=48000'], ['-ac', channels, '-c:a', codec, '-f', codec]);
    await Promise.all([
      ...[
        picture('narrow', '320x256', '4:3'),
        picture('wide', '320x256', '16:9'),
        picture('large', '640x360', '16:9'),
      ],
      ...[
        sound('mono', 'mp2', '1'),
        sound('stereo', 'mp2', '2'),
        sound('two', 'ac3', '2'),
        sound('six', 'ac3', '6'),
      ],
    ]);
  });
  after(() => rm(folder, { recursive: true }));

  const file = (name: string): string => path.join(folder, name);

  async function made(name: string, source: readonly string[], how: readonly string[]): Promise<void> {
    const inputs = source.flatMap((each) => ['-f', 'lavfi', '-i', each]);
    await execa('ffmpeg', ['-v', 'error', '-y', ...inputs, ...how, file(name)], { stdin: 'ignore' });
  }

  async function inputOf(whole: string, container: PlanInput['output']['container']): Promise<PlanInput> {
    return {
      output: { container },
      sources: [{ path: whole, probe: await probeOf(whole) }],
      dialect: { ...dialect, demuxers: ['aac', 'flac', 'matroska', 'mov', 'mpegts', 'wav'] },
      capabilities: {},
    };
  }

  async function changesOf(
    ffmpeg: string,
    pictures: readonly [string, string],
    sounds: readonly [string, string],
    container: 'mkv' | 'ts' = 'mkv',
  ): Promise<SourceChanges | undefined> {
    const whole = file(`whole.${container}`);
    for (const [each, parts] of Object.entries({ picture: pictures, sound: sounds }))
      await writeFile(file(each), await Promise.all(parts.map((part) => readFile(file(part)))));
    const argv = [
      '-fflags',
      '+genpts',
      '-r',
      '25',
      '-f',
      'mpegvideo',
      '-i',
      file('picture'),
      '-i',
      file('sound'),
    ];
    await execa('ffmpeg', ['-v', 'error', '-y', ...argv, '-c', 'copy', whole], {
      stdin: 'ignore',
    });
    const probe = await probeOf(whole);
    const input: PlanInput = {
      output: { container: 'mp4' },
      sources: [{ path: whole, probe }],
      dialect: { ...dialect, demuxers: ['matroska', 'mpegts'] },
      capabilities: {},
    };
    const look = changesArguments(input, { encoders: { video: 'libx264', audio: ['aac'] }, expected });
    assert.ok(look);
    return lookAt(ffmpeg, look);
  }

  async function lookAt(ffmpeg: string, argv: readonly string[]): Promise<SourceChanges | undefined> {
    const { stderr, stdout } = await execa(ffmpeg, argv, { cwd: folder, stdin: 'ignore' });
    const dropped = [...stdout.matchAll(/drop_frames=(\d+)/gu)].at(-1)?.[1];
    const packets = await readFile(file(cuesFile), 'utf8').catch(() => undefined);
    const samples = await taken(samplesFile, maxSampled);
    const words = await taken(wordsFile, maxWords);
    const texts = await readFile(file(textsFile)).catch(() => undefined);
    for (const each of [cuesFile, textsFile]) await rm(file(each), { force: true });
    const reader = new ChangesReader();
    // As it comes from a pipe: in pieces of no sense.
    for (let at = 0; at < stderr.length; at += 997) reader.push(stderr.slice(at, at + 997));
    reader.push('\n');
    return reader.changes({ droppedFrames: Number(dropped), packets, samples, texts, words });
  }

  async function taken(name: (number: number) => string, most: number): Promise<Buffer[]> {
    const there: Buffer[] = [];
    for (let number = 0; number < most; number += 1) {
      const bytes = await readFile(file(name(number))).catch(() => undefined);
      if (bytes) there.push(bytes);
      await rm(file(name(number)), { force: true });
    }
    return there;
  }

  it('is told where two subtitles are shown at once, and not where one follows the other', async () => {
    const lines = (ends: string): string =>
      `1\n00:00:00,500 --> 00:00:${ends}\nOne\n\n2\n00:00:01,000 --> 00:00:02,000\nTwo\n\n`;
    const overlapping: (number | undefined)[] = [];
    for (const ends of ['01,000', '01,500']) {
      await writeFile(file('words.srt'), lines(ends));
      const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=64x64:duration=3', '-i', file('words.srt')];
      await execa('ffmpeg', [
        '-v',
        'error',
        '-y',
        ...inputs,
        '-c:v',
        'mpeg4',
        '-c:s',
        'srt',
        file('words.mkv'),
      ]);
      const input = await inputOf(file('words.mkv'), 'mp4');
      const argv = changesArguments(input, { encoders: { video: 'libx264', audio: [] }, expected }) ?? [];
      overlapping.push((await lookAt('ffmpeg', argv))?.overlapping);
    }
    assert.deepEqual(overlapping, [undefined, 1]);
  });

  it('is told where subtitles say how they look or where they stand', async () => {
    const cue = '00:00:00.500 --> 00:00:01.000';
    const styled: (boolean | undefined)[] = [];
    for (const [name, text] of [
      ['plain.srt', `1\n${cue.replaceAll('.', ',')}\nOne <i>line</i>: two\n\n`],
      ['top.srt', `1\n${cue.replaceAll('.', ',')}\n{\\an8}Above\n\n`],
      ['red.srt', `1\n${cue.replaceAll('.', ',')}\n<font color="red">Red</font>\n\n`],
      ['plain.vtt', `WEBVTT\n\n${cue}\nOne\n\n`],
      ['left.vtt', `WEBVTT\n\n${cue} line:10% position:20% align:start\nOne\n\n`],
    ] as const) {
      await writeFile(file(name), text);
      const frames = ['-f', 'lavfi', '-i', 'testsrc2=size=64x64:duration=2', '-i', file(name)];
      const copied = ['-c:v', 'mpeg4', '-c:s', 'copy', file('styled.mkv')];
      await execa('ffmpeg', ['-v', 'error', '-y', ...frames, ...copied], { stdin: 'ignore' });
      const input = await inputOf(file('styled.mkv'), 'mp4');
      const argv = changesArguments(input, { encoders: { video: 'libx264', audio: [] }, expected }) ?? [];
      styled.push((await lookAt('ffmpeg', argv))?.styledTexts);
    }
    assert.deepEqual(styled, [undefined, true, true, undefined, true]);
  });

  it('is told where words of subtitles would be a tag in WebVTT', async () => {
    const open: boolean[] = [];
    await writeFile(file('first.srt'), '1\n00:00:00,500 --> 00:00:01,000\nOne\n\n');
    for (const text of ['One <i>line</i>', '<font color="red">Red</font>', 'I <3 you', 'a < b']) {
      await writeFile(file('words.srt'), `1\n00:00:15,360 --> 00:00:30,720\n${text}\n\n`);
      const frames = ['-f', 'lavfi', '-i', 'testsrc2=size=64x64:duration=2'];
      const written = ['-i', file('first.srt'), '-i', file('words.srt')];
      const maps = ['-map', '0', '-map', '1', '-map', '2'];
      const copied = ['-c:v', 'mpeg4', '-c:s', 'copy', file('open.mkv')];
      await execa('ffmpeg', ['-v', 'error', '-y', ...frames, ...written, ...maps, ...copied], {
        stdin: 'ignore',
      });
      const input = await inputOf(file('open.mkv'), 'webm');
      const plan = {
        encoders: { video: 'libvpx-vp9', audio: [] },
        expected: { ...expected, subtitles: ['webvtt'] },
      } as const;
      open.push((await lookAt('ffmpeg', changesArguments(input, plan) ?? []))?.openTexts === true);
    }
    assert.deepEqual(open, [false, false, true, true]);
  });

  it('is told where words of subtitles are taken for tags on the way to MP4', async () => {
    const dropped: boolean[] = [];
    for (const text of [
      'One <i>line</i>',
      '<center>Two</center>',
      'I <3 you',
      '<MAN> Hello',
      'a <laughs> b',
    ]) {
      await writeFile(file('words.srt'), `1\n00:00:00,500 --> 00:00:01,000\n${text}\n\n`);
      const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=64x64:duration=2', '-i', file('words.srt')];
      const copied = ['-c:v', 'mpeg4', '-c:s', 'copy', file('dropped.mkv')];
      await execa('ffmpeg', ['-v', 'error', '-y', ...inputs, ...copied], { stdin: 'ignore' });
      const input = await inputOf(file('dropped.mkv'), 'mp4');
      const plan = {
        encoders: { video: 'libx264', audio: [] },
        expected: { ...expected, subtitles: ['mov_text'] },
      } as const;
      dropped.push((await lookAt('ffmpeg', changesArguments(input, plan) ?? []))?.droppedTexts === true);
    }
    assert.deepEqual(dropped, [false, false, false, true, true]);
  });

  it('is told where words of an MP4 would be a tag in WebVTT', async () => {
    const open: boolean[] = [];
    for (const text of ['{\\b1}One{\\b0}', 'a <laughs> b', 'x'.repeat(0x3c)]) {
      const format = 'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text';
      const line = `Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,${text}`;
      await writeFile(file('words.ass'), ['[Script Info]', '[Events]', format, line, ''].join('\n'));
      const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=64x64:duration=2', '-i', file('words.ass')];
      const written = ['-c:v', 'mpeg4', '-c:s', 'mov_text', file('words.mp4')];
      await execa('ffmpeg', ['-v', 'error', '-y', ...inputs, ...written], { stdin: 'ignore' });
      const input = await inputOf(file('words.mp4'), 'webm');
      const plan = {
        encoders: { video: 'libvpx-vp9', audio: [] },
        expected: { ...expected, subtitles: ['webvtt'] },
      } as const;
      open.push((await lookAt('ffmpeg', changesArguments(input, plan) ?? []))?.openTexts === true);
    }
    assert.deepEqual(open, [false, true, false]);
  });

  it('is told where its times begin anew, as where a recorder went on in the same file', async () => {
    const frames = ['testsrc2=size=320x180:rate=25:duration=8'];
    const fragments = ['-movflags', 'empty_moov+frag_keyframe+default_base_moof', '-f', 'mp4'];
    await made('whole.mp4', frames, ['-c:v', 'mpeg4', '-g', '25', ...fragments]);
    const bytes = await readFile(file('whole.mp4'));
    const input = await inputOf(file('whole.mp4'), 'mp4');
    const argv = changesArguments(input, { encoders: { video: 'libx264', audio: [] }, expected }) ?? [];
    assert.equal(await lookAt('ffmpeg', argv), undefined);
    // Its fragments once more, as they are: their times begin at nought.
    await writeFile(file('whole.mp4'), [
      bytes,
      bytes.subarray(bytes.indexOf('moof') - 4, bytes.lastIndexOf('mfra') - 4),
    ]);
    assert.equal((await lookAt('ffmpeg', argv))?.rewinds, true);
  });

  it('is told where the times of its sound do so', async () => {
    for (const [name, tone] of [
      ['first', '440'],
      ['second', '880'],
    ] as const)
      await made(`${name}.flac`, [`sine=frequency=${tone}:duration=2`], ['-c:a', 'flac']);
    const rewinds: (boolean | undefined)[] = [];
    for (const parts of [['first.flac'], ['first.flac', 'second.flac']]) {
      await writeFile(file('joined.flac'), await Promise.all(parts.map((part) => readFile(file(part)))));
      const input = await inputOf(file('joined.flac'), 'mp4');
      const argv = changesArguments(input, { encoders: { audio: ['aac'] }, expected }) ?? [];
      rewinds.push((await lookAt('ffmpeg', argv))?.rewinds);
    }
    assert.deepEqual(rewinds, [undefined, true]);
  });

  it('is told where the samples of its sound are frames for a receiver, if those are not kept bit by bit', async () => {
    const tone = 'sine=duration=2:sample_rate=48000';
    await made('bits.spdif', [tone], ['-ac', '2', '-c:a', 'ac3', '-f', 'spdif']);
    await made('plain.wav', [tone, 'anoisesrc=duration=2'], ['-filter_complex', 'amerge', '-ac', '2']);
    const raw = ['-f', 's16le', '-ar', '48000', '-ac', '2', '-i', file('bits.spdif')];
    await execa('ffmpeg', ['-v', 'error', '-y', ...raw, file('carried.flac')], { stdin: 'ignore' });
    // After a silence, and behind a track that is none.
    const late = ['-f', 'lavfi', '-i', 'anullsrc=duration=8', '-i', file('carried.flac')];
    const joined = '[0:a]aformat=s16:48000:stereo[a];[1:a]aformat=s16:48000:stereo[b];[a][b]concat=v=0:a=1';
    await execa('ffmpeg', ['-v', 'error', '-y', ...late, '-filter_complex', joined, file('late.flac')], {
      stdin: 'ignore',
    });
    const two = ['-i', file('plain.wav'), '-i', file('late.flac'), '-map', '0', '-map', '1', '-c', 'copy'];
    await execa('ffmpeg', ['-v', 'error', '-y', ...two, file('second.mkv')], { stdin: 'ignore' });
    const carried: (boolean | undefined)[] = [];
    for (const [name, encoder] of [
      ['plain.wav', 'aac'],
      ['carried.flac', 'aac'],
      ['carried.flac', 'flac'],
      ['late.flac', 'aac'],
      ['second.mkv', 'aac'],
    ] as const) {
      const input = await inputOf(file(name), 'mkv');
      const argv = changesArguments(input, { encoders: { audio: [encoder] }, expected }) ?? [];
      carried.push((await lookAt('ffmpeg', argv))?.carriesSound);
    }
    assert.deepEqual(carried, [undefined, true, undefined, true, true]);
  });

  it('is looked for in AAC that is copied, and in no other sound that is', () => {
    const input: PlanInput = {
      output: { container: 'mkv' },
      sources: [{ path: file('x.ts'), probe: { formatName: 'mpegts', bytes: 1, streams: [] } }],
      dialect: { ...dialect, demuxers: ['mpegts'] },
      capabilities: {},
    };
    const looks = (codec: string) =>
      changesArguments(input, {
        encoders: { audio: [] },
        expected: { ...expected, audio: [{ codec, startOffset: 0 }] },
      });
    assert.ok(looks('aac'));
    assert.equal(looks('ac3'), undefined);
  });

  it('is told where ordinary film becomes HDR in its middle', async () => {
    for (const [name, curve] of [
      ['sdr', 'bt709'],
      ['hlg', 'arib-std-b67'],
    ] as const) {
      const marks = `colorprim=bt2020:transfer=${curve}:colormatrix=bt2020nc`;
      await made(
        `${name}.h264`,
        ['testsrc2=size=320x180:rate=25:duration=1'],
        ['-c:v', 'libx264', '-x264-params', marks, '-bf', '0'],
      );
    }
    const curves: unknown[] = [];
    for (const parts of [
      ['sdr', 'sdr'],
      ['sdr', 'hlg'],
    ]) {
      await writeFile(
        file('both.h264'),
        await Promise.all(parts.map((part) => readFile(file(`${part}.h264`)))),
      );
      const raw = ['-fflags', '+genpts', '-r', '25', '-i', file('both.h264')];
      await execa('ffmpeg', ['-v', 'error', '-y', ...raw, '-c', 'copy', '-f', 'mpegts', file('both.ts')]);
      const input = await inputOf(file('both.ts'), 'mp4');
      const argv = changesArguments(input, { encoders: { video: 'libx264', audio: [] }, expected }) ?? [];
      curves.push((await lookAt('ffmpeg', argv))?.curves);
    }
    assert.deepEqual(curves, [undefined, ['sdr', 'arib-std-b67']]);
  });

  it('is told where the sampling rate of its sound changes', async () => {
    for (const rate of ['48000', '24000'])
      await made(`${rate}.aac`, [`sine=duration=2:sample_rate=${rate}`], ['-c:a', 'aac']);
    const changes: unknown[] = [];
    for (const parts of [['48000'], ['48000', '24000']]) {
      await writeFile(
        file('rates.aac'),
        await Promise.all(parts.map((part) => readFile(file(`${part}.aac`)))),
      );
      const input = await inputOf(file('rates.aac'), 'm4a');
      const argv = changesArguments(input, { encoders: { audio: ['aac'] }, expected }) ?? [];
      changes.push((await lookAt('ffmpeg', argv))?.changesRate);
    }
    assert.deepEqual(changes, [undefined, true]);
  });

  /** ITU-T H.264: supplemental enhancement information, a unit of type 6, before each picture from the given one on. */
  async function withMessage(payload: { type: number; bytes: Buffer }, from: number): Promise<string> {
    await made(
      'plain.h264',
      ['testsrc2=size=320x180:rate=25:duration=4'],
      ['-c:v', 'libx264', '-g', '25', '-bf', '0', '-f', 'h264'],
    );
    const stream = await readFile(file('plain.h264'));
    const message = Buffer.concat([
      Buffer.from([0, 0, 1, 6, payload.type, payload.bytes.length]),
      payload.bytes,
      Buffer.from([0x80]),
    ]);
    const parts: Buffer[] = [];
    let pictures = 0;
    for (let at = stream.indexOf('000001', 'hex'); at >= 0;) {
      const next = stream.indexOf('000001', at + 3, 'hex');
      const isPicture = [1, 5].includes((stream[at + 3] ?? 0) & 31);
      if (isPicture && pictures >= from) parts.push(message);
      if (isPicture) pictures += 1;
      parts.push(stream.subarray(at, next < 0 ? undefined : next));
      at = next;
    }
    await writeFile(file('message.h264'), parts);
    const raw = ['-fflags', '+genpts', '-r', '25', '-i', file('message.h264')];
    await execa('ffmpeg', ['-v', 'error', '-y', ...raw, '-c', 'copy', file('message.mp4')]);
    return file('message.mp4');
  }

  for (const which of ['the machine’s ffmpeg', 'a second ffmpeg'])
    it(`is told, by ${which}, where later frames carry what the first ones do not`, async function () {
      const ffmpeg = which.startsWith('a second') ? (await secondFfmpeg()).path : 'ffmpeg';
      if (ffmpeg === undefined) return this.skip();
      const captions = Buffer.from('b50031474139340341fffc9420ff', 'hex');
      const camera = Buffer.from('17ee8c60f84d11d98cd60800200c9a664d44504d021820121119', 'hex');
      const other = Buffer.from(`${'5a'.repeat(16)}4d44504d`, 'hex');
      const frames = ['testsrc2=size=320x180:rate=25:duration=1'];
      await made('packed.mp4', frames, ['-c:v', 'libx264', '-x264-params', 'frame-packing=3']);
      const found: unknown[] = [];
      for (const make of [
        () => withMessage({ type: 4, bytes: captions }, 30),
        () => withMessage({ type: 5, bytes: camera }, 30),
        () => withMessage({ type: 5, bytes: other }, 30),
        () => file('packed.mp4'),
      ]) {
        const whole = await make();
        const input = await inputOf(whole, 'mp4');
        const argv = changesArguments(input, { encoders: { video: 'libx265', audio: [] }, expected }) ?? [];
        found.push((await lookAt(ffmpeg, argv))?.frameData);
      }
      assert.deepEqual(found, [['captions'], ['camera-date'], undefined, ['stereo-3d']]);
    });

  for (const which of ['the machine’s ffmpeg', 'a second ffmpeg'])
    it(`is told by ${which}`, async function () {
      const ffmpeg = which.startsWith('a second') ? (await secondFfmpeg()).path : 'ffmpeg';
      if (ffmpeg === undefined) return this.skip();
      const still = ['wide', 'wide'] as const;
      const even = ['stereo', 'stereo'] as const;
      assert.equal(await changesOf(ffmpeg, still, even), undefined);
      assert.deepEqual((await changesOf(ffmpeg, still, ['mono', 'stereo']))?.channels, [1, 2]);
      assert.deepEqual((await changesOf(ffmpeg, still, ['two', 'six']))?.channels, [2, 6]);
      assert.equal((await changesOf(ffmpeg, ['wide', 'large'], even))?.shapes[1]?.width, 640);
    });

  it('is told where only the shape of its pixels changes, which Matroska does not have', async () => {
    const shapes = (await changesOf('ffmpeg', ['narrow', 'wide'], ['stereo', 'stereo'], 'ts'))?.shapes;
    assert.deepEqual(
      shapes?.map(({ aspect }) => aspect.toFixed(2)),
      ['1.33', '1.78'],
    );
    assert.equal(await changesOf('ffmpeg', ['narrow', 'wide'], ['stereo', 'stereo']), undefined);
  });
});
