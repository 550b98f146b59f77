import assert from 'node:assert/strict';
import { checkCommand } from '../../../src/cli/commands/check.ts';
import { encodeCommand } from '../../../src/cli/commands/encode.ts';
import { measureCommand, readMetrics } from '../../../src/cli/commands/measure.ts';
import { readTime, withTrim } from '../../../src/cli/encode/trimPreset.ts';
import { InquiryView } from '../../../src/cli/inquiries/inquiryView.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { healthLines } from '../../../src/cli/render/healthLines.ts';
import { jobDetails } from '../../../src/cli/render/jobDetails.ts';
import type { TextOptions } from '../../../src/cli/render/jobText.ts';
import { likenessLines } from '../../../src/cli/render/likenessLines.ts';
import { styleFor } from '../../../src/cli/style.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { Health, Likeness } from '../../../src/protocol/inquiry.ts';
import { doneJob, FakeOutput, fakeIo } from './fakes.ts';

const plain: TextOptions = { style: styleFor(new FakeOutput(), {}), cwd: '/films', home: '/home/ann' };

async function run(...argv: string[]) {
  const io = fakeIo();
  const commands = [encodeCommand, checkCommand, measureCommand];
  const code = await runProgram(argv, { io, version: '1.2.3', commands });
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe('questions about files on the command line', () => {
  it('are refused with 2 and a sentence where they are not clear', async () => {
    for (const [argv, said] of [
      [['check'], /Missing required argument/],
      [['measure', 'a.mp4', 'b.mp4', '--metric', 'ssmi'], /no metric “ssmi”.*Did you mean “ssim”\?/],
      [['measure', 'a.mp4', 'b.mp4', '--metric', 'ssim,'], /There are: ssim, psnr, vmaf/],
      [['measure', 'clip.web.mp4'], /What is “clip\.web\.mp4” to be held against\?\n.*job’s id/],
      [['measure', 'a.mp4', 'b.mp4', '--output', 'hd'], /--output chooses among the results of a job/],
      [['encode', 'a.mp4', '--start', '1h'], /A time is seconds or \[hours:\]minutes:seconds/],
    ] as const) {
      const { code, stderr } = await run(...argv);
      assert.equal(code, 2, argv.join(' '));
      assert.match(stderr, said);
    }
  });

  it('take metrics in any order and case', () => {
    assert.deepEqual(readMetrics('VMAF, ssim'), ['vmaf', 'ssim']);
  });
});

describe('a part of the source', () => {
  it('is typed as in a preset', () => {
    assert.equal(readTime('90.5'), 90.5);
    assert.equal(readTime('1:02:03.5'), '1:02:03.5');
    for (const bad of ['', '-1', '1m', '1:90', '1e3']) assert.throws(() => readTime(bad), bad);
  });

  it('takes the place of what the preset and its outputs say', () => {
    const preset: Preset = {
      container: 'mp4',
      trim: { start: 5, end: 10 },
      outputs: { a: { trim: { duration: 1 }, video: { crf: 20 } }, b: {} },
    };
    const part = withTrim(preset, { start: 2 });
    assert.deepEqual(part.trim, { start: 2 });
    assert.deepEqual(part.outputs, { a: { video: { crf: 20 } }, b: {} });
    assert.deepEqual(preset.trim, { start: 5, end: 10 });
    assert.equal(withTrim(preset, {}), preset);
    assert.throws(() => withTrim(preset, { end: 1, duration: 1 }), { code: 'request-invalid' });
  });
});

describe('the progress of a question', () => {
  const shown = (isTTY: boolean, json: boolean): string => {
    const io = fakeIo({ isTTY });
    const view = new InquiryView({ io, json }, 5_000);
    view.show('clip.mp4', { step: 'decoding all of it', fraction: 0.428 });
    return io.stderr.text;
  };

  it('says what is done and how far it is', () => {
    assert.match(shown(true, false), /clip\.mp4 {2}decoding all of it {2}42 %/);
    assert.match(shown(false, false), /42 %/);
  });

  it('keeps out of a log that wants JSON', () => {
    assert.equal(shown(false, true), '');
    assert.notEqual(shown(true, true), '');
  });
});

describe('what a check found', () => {
  const health: Health = {
    ...{ path: '/films/clip.mp4', thorough: true, bytes: 1000, announced: 10, reached: 10 },
    ...{ truncated: false, damage: 0, places: [], verdict: { level: 'pass', findings: [] } },
    tracks: [
      { index: 0, type: 'video', codec: 'h264', decoded: true, announced: 10, reached: 6, frames: 150 },
      { index: 1, type: 'subtitle', codec: 'subrip', decoded: false },
    ],
  };

  it('is one line where nothing is wrong', () => {
    assert.deepEqual(healthLines(health, plain), ['✓ clip.mp4: whole, all of it was decoded, 10.00 s']);
    assert.deepEqual(healthLines({ ...health, thorough: false }, plain), [
      '✓ clip.mp4: its beginning and its end play, 10.00 s',
    ]);
  });

  it('names every finding, the places and the tracks', () => {
    const message = 'The file is damaged in 2 places.';
    const places = [
      { at: 4.5, message: 'h264: no\u001b[2J' },
      { message: 'aac: no' },
      ...Array.from({ length: 10 }, () => ({ message: 'x' })),
    ];
    const verdict: Health['verdict'] = { level: 'fail', findings: [{ level: 'fail', message }] };
    const lines = healthLines({ ...health, verdict, places, damage: 20 }, plain);
    assert.deepEqual(lines.slice(0, 3), [
      '✗ clip.mp4: not as it should be',
      `    ! ${message}`,
      '      near 4.50 s: h264: no?[2J',
    ]);
    assert.ok(lines.includes('      and 2 places more'));
    assert.equal(lines.at(-1), '      track 0, video (h264): 150 frames, 6.00 s of 10.00 s');
  });
});

describe('what was measured', () => {
  it('is a line for each metric, with the worst second', () => {
    const likeness: Likeness = {
      ...{ result: '/films/clip.web.mp4', reference: '/films/clip.mp4', width: 1280, height: 720 },
      ...{ frames: 250, notes: [{ level: 'note', message: 'The reference was brought to 25 fps.' }] },
      figures: [
        { metric: 'ssim', mean: 0.98624, worst: { at: 12, mean: 0.9 } },
        { metric: 'psnr', mean: 'inf' },
        { metric: 'vmaf', mean: 95.123 },
      ],
    };
    assert.deepEqual(likenessLines(likeness, plain), [
      'clip.web.mp4 against clip.mp4, 1280×720, 250 frames',
      '  SSIM  0.9862  worst second 0.9000, at 12.00 s',
      '  PSNR  equal',
      '  VMAF  95.12',
      '  · The reference was brought to 25 fps.',
    ]);
  });
});

describe('the commands of a job', () => {
  it('say what each is for where there are several', () => {
    const [attempt] = doneJob().attempts;
    assert.ok(attempt);
    const commands = [
      { output: 0, purpose: 'first-pass' as const, argv: ['/usr/bin/ffmpeg', '1'] },
      { output: 0, purpose: 'encode' as const, argv: ['/usr/bin/ffmpeg', '2'] },
    ];
    const lines = jobDetails(doneJob({ attempts: [{ ...attempt, commands }] }), {
      ...plain,
      platform: 'linux',
      now: 0,
    });
    const from = lines.indexOf('  # first-pass');
    assert.deepEqual(lines.slice(from, from + 4), [
      '  # first-pass',
      '  /usr/bin/ffmpeg 1',
      '  # encode',
      '  /usr/bin/ffmpeg 2',
    ]);
  });
});
