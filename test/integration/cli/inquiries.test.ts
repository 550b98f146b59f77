import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { dryRunOutputSchema } from '../../../src/cli/encode/dryRun.ts';
import { checkOutputSchema } from '../../../src/cli/inquiries/checkFiles.ts';
import { jobsOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { likenessSchema } from '../../../src/protocol/inquiry.ts';
import { ffmpegsIn, Sandbox } from './harness.ts';

const run = promisify(execFile);

describe('dffmpeg encode --dry-run, check and measure', function () {
  this.timeout(120_000);
  let box: Sandbox;
  before(async () => {
    box = await Sandbox.create();
    const video = { encoders: ['libx264'], bitrate: '300k', passes: 2, speed: 'fastest' };
    const presets = {
      measured: {
        ...{ container: 'mp4', video, audio: { encoder: 'aac', loudness: -18 } },
        outputs: { film: {}, poster: { container: 'jpg' }, uhd: { when: { tallerThan: 2000 } } },
      },
      plain: { container: 'mp4', video: { encoders: ['libx264'], crf: 30, speed: 'fastest' } },
      searched: {
        container: 'mp4',
        video: { encoders: ['libx264'], targetQuality: { score: 0.999 }, speed: 'slowest' },
      },
    };
    await box.write('.vscode/settings.json', JSON.stringify({ 'dffmpeg.presets': presets }));
    await box.clip('clip.mp4', 2);
  });
  after(() => box.remove());

  it('print what a job then records, to the byte, and make none', async () => {
    const asked = ['clip.mp4', '--preset', 'measured', '--start', '0.5', '--duration', '1'];
    const { previews } = await box.json(dryRunOutputSchema, ['encode', ...asked, '--dry-run']);
    assert.deepEqual((await box.json(jobsOutputSchema, ['jobs'])).jobs, []);
    assert.deepEqual((await readdir(box.folder)).sort(), ['.vscode', 'clip.mp4', 'state']);

    const [preview] = previews;
    assert.deepEqual(preview?.sources, [box.file('clip.mp4')]);
    const [film, , uhd] = preview.outputs;
    assert.equal(film?.path, box.file('clip.measured.film.mp4'));
    assert.deepEqual(
      film.commands.map(({ purpose }) => purpose),
      ['loudness', 'first-pass', 'encode'],
    );
    assert.match(uhd?.why ?? '', /180 pixels tall/);

    const { jobs } = await box.json(jobsOutputSchema, ['encode', ...asked]);
    const shown = await box.json(jobOutputSchema, ['job', 'show', jobs[0]?.id ?? '']);
    const recorded = shown.attempts.flatMap(({ commands = [] }) => commands);
    assert.equal(
      JSON.stringify(recorded.map(({ output, purpose, argv }) => ({ output, purpose, argv }))),
      JSON.stringify(
        preview.outputs.flatMap(({ commands }, output) =>
          commands.map((command) => ({ output, ...command })),
        ),
      ),
    );
    assert.deepEqual(
      shown.outputs.map(({ path }) => path),
      preview.outputs.map(({ path }) => path),
    );
  });

  it('print commands that run when they are pasted', async function () {
    if (process.platform === 'win32') {
      console.log('There is no bash to paste into on Windows: skipped.');
      this.skip();
    }
    const { code, stdout, stderr } = await box.run(['encode', 'clip.mp4', '--preset', 'plain', '--dry-run']);
    assert.equal(code, 0, stderr);
    const elsewhere = box.file('elsewhere');
    await mkdir(elsewhere);
    await run('bash', ['-e', '-c', stdout], { cwd: elsewhere });
    assert.deepEqual(await readdir(elsewhere), ['result.mp4']);
    assert.ok((await stat(box.file('elsewhere', 'result.mp4'))).size > 0);
  });

  it('say at once what cannot be made, and end with 1', async () => {
    const late = await box.run(['encode', 'clip.mp4', '--preset', 'plain', '--start', '100', '--dry-run']);
    assert.equal(late.code, 1);
    assert.match(late.stdout, /# Cannot be made: .*begins at 100 s/);
    assert.equal((await box.run(['encode', 'clip.mp4', '--dry-run', '--preset', 'plian'])).code, 2);
  });

  it('join several files into one result', async () => {
    await box.clip('more.mp4', 1);
    const { jobs } = await box.json(jobsOutputSchema, [
      ...['encode', 'clip.mp4', 'more.mp4', '--join', '--preset', 'plain', '--output', 'joined.mp4'],
    ]);
    assert.equal(jobs.length, 1);
    assert.deepEqual(
      jobs[0]?.sources.map(({ path }) => path),
      [box.file('clip.mp4'), box.file('more.mp4')],
    );
    assert.equal(jobs[0].outputs[0]?.verdict?.level, 'pass', JSON.stringify(jobs[0]));
  });

  it('tell whole files from damaged ones', async () => {
    const good = await box.run(['check', 'clip.mp4', '--thorough']);
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^✓ clip\.mp4: whole, all of it was decoded, 2\.\d\d s\n$/);
    const bytes = await readFile(box.file('clip.mp4'));
    await writeFile(box.file('half.mp4'), bytes.subarray(0, bytes.length / 2));
    const both = await box.run(['check', 'clip.mp4', 'half.mp4']);
    assert.equal(both.code, 1);
    assert.match(both.stdout, /✓ clip\.mp4: .*\n✗ half\.mp4: .*\n {4}! .*index/);
    const { files } = await box.json(checkOutputSchema, ['check', 'half.mp4', 'clip.mp4']);
    assert.deepEqual(
      files.map(({ verdict }) => verdict.level),
      ['fail', 'pass'],
    );
    assert.equal((await box.run(['check', 'gone.mp4'])).code, 1);

    await box.clip('made/take.mp4');
    assert.equal((await box.run(['encode', 'made/take.mp4', '--preset', 'audio'])).code, 0);
    const folder = await box.run(['check', 'made']);
    assert.equal(folder.code, 0);
    assert.match(folder.stderr, /made: 2 media files\n/);
    assert.match(folder.stdout, /take\.audio\.m4a: its beginning and its end play/);
  });

  it('measure a job’s result as its files, and more of the better one', async () => {
    const ids = [];
    for (const crf of [45, 20]) {
      const preset = { container: 'mp4', video: { encoders: ['libx264'], crf, crop: { left: 40 } } };
      const file = `crf${crf}.dffmpeg-presets.json`;
      await box.write(file, JSON.stringify({ [`crf${crf}`]: preset }));
      const { jobs } = await box.json(jobsOutputSchema, ['encode', 'clip.mp4', '--preset', `crf${crf}`]);
      ids.push(jobs[0]?.id ?? '');
    }
    const scores = [];
    for (const id of ids) {
      const { figures } = await box.json(likenessSchema, ['measure', id, '--metric', 'ssim']);
      scores.push(Number(figures[0]?.mean));
    }
    assert.ok(scores[1]! > 0.97 && scores[0]! < scores[1]!, scores.join());
    const files = await box.run(['measure', 'clip.mp4', 'clip.mp4']);
    assert.match(files.stdout, /SSIM {2}1\.0000 .*\n {2}PSNR {2}equal/);
    assert.equal((await box.run(['measure', 'nosuchjob'])).code, 1);
  });

  it('end at Ctrl+C with 130, and so does their ffmpeg', async () => {
    await run('ffmpeg', [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25:duration=20'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', box.file('long.mp4')],
    ]);
    const command = box.start(['encode', 'long.mp4', '--preset', 'searched', '--dry-run']);
    await command.printed('stderr', /long\.mp4/);
    for (const deadline = performance.now() + 60_000; (await ffmpegsIn(box.folder)).length === 0;) {
      assert.ok(performance.now() < deadline, 'an ffmpeg looks at the source');
      await delay(50);
    }
    command.child.kill('SIGINT');
    const { code, stdout } = await command.finished;
    assert.deepEqual([code, stdout], [130, '']);
    for (const deadline = performance.now() + 5_000; (await ffmpegsIn(box.folder)).length > 0;) {
      assert.ok(performance.now() < deadline, 'its ffmpeg is gone');
      await delay(50);
    }
  });
});
