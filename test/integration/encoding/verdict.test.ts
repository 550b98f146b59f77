import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import type { PresetSource } from '../../../src/encoding/preset.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import { resolvePreset } from '../../../src/encoding/presetResolve.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import { makeSource } from '../../media/traits.ts';
import type { TraitName } from '../../media/traits.ts';
import { openFfmpeg } from './support/binaries.ts';
import type { TestedFfmpeg } from './support/binaries.ts';
import { quick } from './support/row.ts';
import { runPlan } from './support/runPlan.ts';
import type { Tampering } from './support/runPlan.ts';

/**
 * What the verdict says when ffmpeg ends with 0 and something is wrong all the same, and that it says nothing of sources
 * that are odd and whole.
 */

interface Damage extends Tampering {
  readonly title: string;
  readonly preset: PresetSource;
  /** Missing: eight seconds of moving picture with two languages and subtitles. */
  readonly source?: (whole: string, folder: string) => Promise<string>;
  readonly level: 'warn' | 'fail';
  readonly says: RegExp;
}

const web = quick('web');
const mkv: PresetSource = {
  ...web,
  container: 'mkv',
  audio: { encoder: 'aac', tracks: 'all' },
  subtitles: { tracks: 'all' },
};
const sound = (
  container: 'mp3' | 'm4a' | 'flac' | 'opus',
  encoder: 'libmp3lame' | 'aac' | 'flac' | 'libopus',
) => ({ container, video: false, audio: { encoder } }) as const;
const whole = { verify: 'whole' } as const;
/** Seconds. */
const tooLong = 100_000;

/** The file is as long as before, and a part of it from `at` (of 1) is something else. */
async function overwrite(file: string, at: number, change: (bytes: Buffer) => void): Promise<void> {
  const handle = await open(file, 'r+');
  const { size } = await handle.stat();
  const bytes = Buffer.alloc(Math.min(4096, Math.floor(size / 4)));
  const position = Math.round((size - bytes.length) * at);
  await handle.read(bytes, 0, bytes.length, position);
  change(bytes);
  await handle.write(bytes, 0, bytes.length, position);
  await handle.close();
}

const flip = (at: number) => (file: string) =>
  overwrite(file, at, (bytes) => {
    for (let index = 0; index < bytes.length; index += 37) bytes[index]! ^= 0x24;
  });
const blank = (at: number) => (file: string) => overwrite(file, at, (bytes) => bytes.fill(0));
const cut = (part: number) => async (file: string) => {
  const { length } = await readFile(file);
  await truncate(file, Math.round(length * part));
};
const emptied = (file: string): Promise<void> => truncate(file, 0);

/** Files of a ladder whose names fit are gone. */
const without = (name: RegExp) => async (folder: string) => {
  const gone = (await readdir(folder)).filter((file) => name.test(file));
  assert.ok(gone.length > 0, readdirSync(folder).join(' '));
  for (const file of gone) await rm(path.join(folder, file));
};

/** Options of the result, before its format and name. */
const added =
  (...options: string[]) =>
  (argv: readonly string[]): string[] => [...argv.slice(0, -1), ...options, ...argv.slice(-1)];
const replaced = (option: RegExp, value: string) => (argv: readonly string[]) =>
  argv.map((word, at) => (option.test(argv[at - 1] ?? '') ? value : word));
const dropped =
  (...pairs: string[]) =>
  (argv: readonly string[]) =>
    argv.filter(
      (word, at) => !pairs.includes(`${word} ${argv[at + 1]}`) && !pairs.includes(`${argv[at - 1]} ${word}`),
    );
/** The picture goes through something more. */
const filtered = (more: string) => (argv: readonly string[]) => {
  const at = argv.findIndex((word) => /^-(?:vf|filter:v)/u.test(word));
  return at < 0
    ? added('-vf', more)(argv)
    : argv.map((word, index) => (index === at + 1 ? `${word},${more}` : word));
};

const changedCopy =
  (name: string, change: (file: string) => Promise<void>, ...encoding: string[]) =>
  async (film: string, folder: string): Promise<string> => {
    const file = path.join(folder, name);
    await execa('ffmpeg', ['-v', 'error', '-i', film, ...encoding, file]);
    await change(file);
    return file;
  };
const copying = ['-map', '0:v', '-map', '0:a:0', '-c', 'copy'];

const damages: readonly Damage[] = [
  // Bytes that are not there.
  {
    title: 'an MP4 cut off',
    preset: web,
    result: cut(0.6),
    level: 'fail',
    says: /of the 8\.00 s|cannot be decoded|damaged/,
  },
  {
    title: 'an MP4 cut off before its index',
    preset: { ...web, fastStart: false },
    result: cut(0.9),
    level: 'fail',
    says: /cannot be read back/,
  },
  {
    title: 'a Matroska cut off in the middle',
    preset: mkv,
    result: cut(0.5),
    level: 'fail',
    says: /cannot be decoded|damaged|of the/,
  },
  {
    title: 'a Matroska without its last 3 %',
    preset: mkv,
    result: cut(0.97),
    level: 'fail',
    says: /cannot be decoded|damaged|of the/,
  },
  {
    title: 'a transport stream cut off',
    preset: { ...web, container: 'ts' },
    result: cut(0.5),
    level: 'fail',
    says: /of the/,
  },
  {
    title: 'an MP3 cut off',
    preset: sound('mp3', 'libmp3lame'),
    result: cut(0.5),
    level: 'fail',
    says: /of the|cannot be decoded|damaged/,
  },
  {
    title: 'an Ogg cut off',
    preset: sound('opus', 'libopus'),
    result: cut(0.5),
    level: 'fail',
    says: /of the/,
  },
  {
    title: 'a FLAC cut off',
    preset: sound('flac', 'flac'),
    result: cut(0.5),
    level: 'fail',
    says: /cannot be decoded|damaged|of the/,
  },
  {
    title: 'an M4A cut off',
    preset: sound('m4a', 'aac'),
    result: cut(0.5),
    level: 'fail',
    says: /cannot be decoded|damaged|of the/,
  },
  { title: 'a GIF cut off', preset: { container: 'gif' }, result: cut(0.5), level: 'fail', says: /of the/ },
  {
    title: 'a JPEG cut off',
    preset: { container: 'jpg' },
    result: cut(0.5),
    level: 'fail',
    says: /damaged|cannot/,
  },
  {
    title: 'a PNG cut off',
    preset: { container: 'png' },
    result: cut(0.5),
    level: 'fail',
    says: /damaged|cannot/,
  },
  {
    title: 'a WebP cut off',
    preset: { container: 'webp' },
    result: cut(0.5),
    level: 'fail',
    says: /damaged|cannot/,
  },
  { title: 'an empty file', preset: web, result: emptied, level: 'fail', says: /empty|cannot be read back/ },
  {
    title: 'a page of words for a film',
    preset: web,
    result: (file) => writeFile(file, '<html>Quota exceeded</html>\n'.repeat(99)),
    level: 'fail',
    says: /cannot be read back/,
  },

  // Where decoding the end would take long beside the encode, it is taken apart.
  {
    title: 'an MP4 cut off, its end taken apart',
    preset: web,
    seconds: tooLong,
    result: cut(0.6),
    level: 'fail',
    says: /damaged|cannot|of the/,
  },
  {
    title: 'a Matroska with blank pages, its end taken apart',
    preset: mkv,
    seconds: tooLong,
    result: blank(0.97),
    level: 'fail',
    says: /damaged|cannot|of the/,
  },
  {
    title: 'a WebM cut off, its end taken apart',
    preset: {
      container: 'webm',
      video: { encoders: ['libvpx-vp9'], speed: 'fastest' },
      audio: { encoder: 'libopus' },
    },
    seconds: tooLong,
    result: cut(0.5),
    level: 'fail',
    says: /damaged|cannot|of the/,
  },

  // Bytes that are others.
  {
    title: 'bits flipped at the end of an MP4',
    preset: web,
    result: flip(0.97),
    level: 'fail',
    says: /damaged|cannot/,
  },
  {
    title: 'the last pages of a Matroska blank',
    preset: mkv,
    result: blank(0.97),
    level: 'fail',
    says: /damaged|cannot|of the/,
  },
  {
    title: 'bits flipped in the middle of an MP4',
    preset: { ...web, ...whole },
    result: flip(0.5),
    level: 'fail',
    says: /The result is damaged in/,
  },
  {
    title: 'pages blank in the middle of a Matroska',
    preset: { ...mkv, ...whole },
    result: blank(0.4),
    level: 'fail',
    says: /The result is damaged in/,
  },
  {
    title: 'bits flipped in the middle of a FLAC',
    preset: { ...sound('flac', 'flac'), ...whole },
    result: flip(0.5),
    level: 'fail',
    says: /The result is damaged in/,
  },
  {
    title: 'bits flipped in the middle of an AAC',
    preset: { ...sound('m4a', 'aac'), ...whole },
    result: flip(0.5),
    level: 'fail',
    says: /The result is damaged in/,
  },

  // An ffmpeg that did something else, and ended with 0.
  {
    title: 'half of the film',
    preset: web,
    argv: added('-t', '4'),
    level: 'fail',
    says: /video lasts 4\.00 s of the 8\.00 s/,
  },
  {
    title: 'all but the last second',
    preset: web,
    argv: added('-t', '6.9'),
    level: 'fail',
    says: /6\.9\d s of the 8/,
  },
  { title: 'no sound', preset: web, argv: added('-an'), level: 'fail', says: /0 audio tracks instead of 1/ },
  {
    title: 'no picture',
    preset: mkv,
    argv: added('-vn'),
    level: 'fail',
    says: /0 video tracks instead of 1/,
  },
  {
    title: 'no subtitles',
    preset: mkv,
    argv: added('-sn'),
    level: 'fail',
    says: /0 subtitle tracks instead of 1/,
  },
  {
    title: 'one sound of two',
    preset: mkv,
    argv: dropped('-map 0:2'),
    level: 'fail',
    says: /1 audio track instead of 2/,
  },
  {
    title: 'another sound of the film',
    preset: web,
    argv: (argv) => argv.map((word) => (word === '0:1' ? '0:2' : word)),
    level: 'fail',
    says: /1 channels instead of 2/,
  },
  {
    title: 'sound for a part of the film',
    preset: web,
    argv: added('-af', 'atrim=end=4'),
    level: 'fail',
    says: /audio lasts 4\.\d+ s of the 8/,
  },
  {
    title: 'picture for a part of the film',
    preset: web,
    argv: filtered('trim=end=4'),
    level: 'fail',
    says: /video lasts 4\.0\d s of the 8/,
  },
  {
    title: 'one channel of two',
    preset: web,
    argv: added('-ac', '1'),
    level: 'fail',
    says: /1 channels? instead of 2/,
  },
  {
    title: 'another size',
    preset: web,
    argv: filtered('scale=160:90'),
    level: 'fail',
    says: /160×90 instead of 320×180/,
  },
  {
    title: 'another codec',
    preset: web,
    argv: replaced(/^-c:v/u, 'mpeg4'),
    level: 'fail',
    says: /mpeg4 instead of h264/,
  },
  {
    title: 'half of the frames',
    preset: web,
    argv: added('-r', '12.5'),
    level: 'warn',
    says: /12\.5 fps instead of 25 fps/,
  },
  {
    title: '8 bits instead of 10',
    preset: { ...web, video: { encoders: ['libx264'], speed: 'fastest', pixelFormat: 'yuv420p10le' } },
    argv: replaced(/^-pix_fmt/u, 'yuv420p'),
    level: 'warn',
    says: /yuv420p instead of yuv420p10le/,
  },
  {
    title: 'a picture that stands still for the last three seconds',
    preset: web,
    argv: filtered('trim=end=5,tpad=stop_mode=clone:stop_duration=3'),
    level: 'fail',
    says: /stands still at its end/,
  },
  {
    title: 'a ladder without its tallest rung',
    preset: ladder('hls'),
    result: without(/180/u),
    level: 'fail',
    says: /read back|sizes/,
  },
  {
    title: 'a ladder without its playlist',
    preset: ladder('hls'),
    result: without(/^master/u),
    level: 'fail',
    says: /read back/,
  },
  {
    title: 'a DASH ladder without the beginning of a rung',
    preset: ladder('dash'),
    result: without(/^init-.*0\./u),
    level: 'fail',
    says: /read back|sizes|instead of/,
  },

  // Sources that are not whole: said, with numbers, and what there is of them is encoded.
  {
    title: 'a source that is cut off',
    preset: web,
    source: changedCopy('cut.mp4', cut(0.6), ...copying, '-movflags', '+faststart'),
    level: 'warn',
    says: /ends early/,
  },
  {
    title: 'a Matroska source that is cut off',
    preset: web,
    source: changedCopy('cut.mkv', cut(0.6), ...copying),
    level: 'warn',
    says: /ends early|of the 8/,
  },
  {
    title: 'a source with flipped bits',
    preset: web,
    source: changedCopy('flipped.mp4', flip(0.5), ...copying),
    level: 'warn',
    says: /could not decode/,
  },
  {
    title: 'a source with blank pages',
    preset: web,
    source: changedCopy('blank.mkv', blank(0.5), ...copying),
    level: 'warn',
    says: /could not decode/,
  },
  {
    title: 'a source whose sound has flipped bits',
    preset: sound('m4a', 'aac'),
    source: changedCopy('flipped.flac', flip(0.5), '-map', '0:a:0', '-c:a', 'flac'),
    level: 'warn',
    says: /could not decode/,
  },
  {
    title: 'a source without the frames of its last three seconds',
    preset: web,
    source: changedCopy(
      'gap.mkv',
      () => Promise.resolve(),
      '-map',
      '0:v',
      '-vf',
      "select='lt(t,5)+gt(t,7.9)'",
      '-fps_mode',
      'vfr',
      '-c:v',
      'ffv1',
    ),
    level: 'warn',
    says: /stands still/,
  },
];

function ladder(container: 'hls' | 'dash'): PresetSource {
  return {
    container,
    video: { encoders: ['libx264'], speed: 'fastest' },
    audio: { encoder: 'aac' },
    ladder: {
      rungs: [
        { height: 180, bitrate: '400k' },
        { height: 90, bitrate: '150k' },
      ],
      segmentSeconds: 2,
    },
  };
}

/** Every kind of odd, and nothing wrong with any. */
const healthy: readonly TraitName[] = [
  ...([
    'anamorphic',
    'rotated-90',
    'rotated-180',
    'interlaced-tff',
    'telecined',
    'odd-444',
    'letterboxed',
  ] as const),
  ...(['alpha-prores', 'gif', 'ten-bit', 'pal-sd', 'ntsc-untagged', 'full-range', 'rgb', 'vfr-mp4'] as const),
  ...(['vfr-mkv', 'fast', 'one-frame', 'open-gop', 'edit-list', 'negative-start', 'late-start'] as const),
  ...(['late-sound', 'longer-sound', 'longer-picture', 'no-duration', 'raw-h264', 'timecode'] as const),
  ...(['no-sound', 'surround-side', 'two-mono-tracks', 'cover-mp4', 'srt', 'mov-text'] as const),
  ...(['chapters', 'fragmented', 'two-programs', 'data-stream', 'program-stream', 'avi', 'webm'] as const),
];
const healthySound: readonly TraitName[] = [
  'adts',
  'mp3-unmarked',
  'cover-mp3',
  'cover-m4a',
  'cover-flac',
  'studio',
];

describe('what the verdict says', function () {
  this.timeout(300_000);
  let ffmpeg: TestedFfmpeg;
  let media: string;
  let scratch: string;
  let film: string;

  before(async () => {
    media = await sharedFolder();
    scratch = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-verdict-'));
    ffmpeg = await openFfmpeg();
    film = path.join(scratch, 'film.mkv');
    await writeFile(path.join(scratch, 'words.srt'), '1\n00:00:01,000 --> 00:00:03,000\nGood morning.\n');
    await execa('ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=8,noise=alls=6:allf=t'],
      ...['-f', 'lavfi', '-i', 'anoisesrc=duration=8:amplitude=0.2:seed=1'],
      ...['-f', 'lavfi', '-i', 'sine=duration=8', '-i', path.join(scratch, 'words.srt')],
      ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', '-ac:a:0', '2', '-ac:a:1', '1'],
      ...['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=deu'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
      ...['-c:s', 'srt', film],
    ]);
  });
  after(() => {
    ffmpeg.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  let attempts = 0;

  async function verdictOn(preset: PresetSource, source: string, tampering: Tampering = {}) {
    const attempt = path.join(scratch, `attempt-${(attempts += 1)}`);
    mkdirSync(attempt);
    const ran = await runPlan(ffmpeg, outputOf(preset), [source], attempt, tampering);
    rmSync(attempt, { recursive: true, force: true });
    assert.equal(ran.refused, undefined);
    if (ran.refused) throw new Error('unreachable');
    return { level: ran.verdict.level, text: ran.verdict.findings.map(({ message }) => message).join(' ') };
  }

  describe('of damage that ffmpeg does not speak of', () => {
    for (const { title, preset, source, level, says, ...tampering } of damages)
      it(title, async () => {
        const from = source ? await source(film, scratch) : film;
        const found = await verdictOn(preset, from, tampering);
        assert.equal(found.level, level, found.text);
        assert.match(found.text, says);
      });
  });

  describe('of what is odd and whole: nothing', () => {
    it('each preset of the damages, undamaged', async () => {
      const presets = new Map(damages.map(({ preset }) => [JSON.stringify(preset), preset]));
      for (const [text, preset] of presets) {
        for (const seconds of [0, tooLong]) {
          const found = await verdictOn(preset, film, { seconds });
          assert.equal(found.level, 'pass', `${text} ${found.text}`);
        }
      }
    });

    for (const name of healthy)
      it(name, async () => {
        const found = await verdictOn(quick('web', { deinterlace: 'auto' }), await makeSource(name, media));
        assert.equal(found.level, 'pass', found.text);
      });
    for (const name of healthySound)
      it(name, async () => {
        const found = await verdictOn(sound('m4a', 'aac'), await makeSource(name, media));
        assert.equal(found.level, 'pass', found.text);
      });
  });
});

function outputOf(preset: PresetSource): OutputPreset {
  const resolved = resolvePreset('damaged', preset, {});
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const [output, ...more] = outputsOf(resolved.preset);
  if (!output || more.length > 0) throw new Error('One output.');
  return output;
}
