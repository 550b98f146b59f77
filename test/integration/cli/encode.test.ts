import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { errorOutputSchema, jobsOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { ffmpegsIn, Sandbox } from './harness.ts';

describe('dffmpeg encode', function () {
  this.timeout(90_000);
  let box: Sandbox;
  before(async () => (box = await Sandbox.create()));
  after(() => box.remove());

  it('takes no path whose bytes are no text, since it may be another file’s, nor one of a folder that is called so', async () => {
    // What a name in Latin-1 becomes on the way, and the very name of another folder.
    const folder = 'caf\uFFFD';
    await box.clip(`${folder}/clip.mp4`);
    const clip = await box.clip('whole.mp4');
    const refused = async (args: string[], cwd?: string): Promise<void> => {
      const { code, stderr } = await box.run(args, cwd === undefined ? {} : { cwd });
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /is not valid UTF-8\.\n.*Rename the file/);
    };
    await refused(['encode', `${folder}/clip.mp4`, '--preset', 'small']);
    await refused(['encode', clip, '--preset', 'small', '--output', `${folder}/`]);
    const there = box.file(folder);
    for (const args of [
      ['encode', 'clip.mp4', '--preset', 'small'],
      ['encode', '.', '--preset', 'small'],
      ['encode', clip, '--preset', 'small', '--output', './'],
      ['check', 'clip.mp4'],
      ['measure', 'clip.mp4', clip],
      ['watch', 'activate', '.'],
      ['job', 'choose-folder', 'abcdefghijkl', '.'],
      ['--state-dir', 'state', 'status'],
    ])
      await refused(args, there);
    assert.ok(!(await box.run(['jobs'])).stdout.includes('clip'));
    assert.deepEqual(await readdir(there), ['clip.mp4']);
    // What does not begin there can be named from there.
    assert.equal((await box.run(['check', clip], { cwd: there })).code, 0);
    await rm(there, { recursive: true });
    await rm(clip);
  });

  it('encodes a clip, says where the result is, both sizes and the verdict, and ends with 0', async () => {
    const clip = await box.realClip('clip one.mp4');
    const { code, stdout, stderr } = await box.run(['encode', clip, '--preset', 'small']);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /✓ clip one\.mp4 → clip one\.small\.mp4, [\d.]+ [kM]B → [\d.]+ [kM]B \([−+±]\d+ %\), verified/,
    );
    assert.ok((await stat(box.file('clip one.small.mp4'))).size > 0);
  });

  it('prints one JSON value with --json, as documented', async () => {
    await box.clip('a.mp4');
    const { jobs } = await box.json(jobsOutputSchema, ['encode', 'a.mp4', '--preset', 'audio']);
    assert.equal(jobs.length, 1);
    assert.equal(jobs[0]?.state, 'done');
    assert.equal(jobs[0].outputs[0]?.path, box.file('a.audio.m4a'));
    const attempt = jobs[0].attempts.find(({ kind }) => kind === 'encode');
    assert.deepEqual(attempt?.exit, { code: 0, signal: null });
    assert.ok(
      attempt?.argv?.includes(box.file('a.mp4')) || attempt?.argv?.some((word) => word.endsWith('a.mp4')),
    );
  });

  it('encodes the media files below a folder, says how many, and leaves its own results out', async () => {
    await box.clip('rushes/take 1.mp4');
    await box.clip('rushes/take 2.mp4');
    await box.write('rushes/notes.txt', 'not media');
    const first = await box.run(['encode', 'rushes', '--preset', 'audio']);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /rushes: 2 media files with preset audio/);
    const second = await box.run(['encode', 'rushes', '--preset', 'audio']);
    assert.match(second.stderr, /rushes: 2 media files/);
    assert.match(second.stderr, /skipped rushes\/take 1\.audio\.m4a: It is a result of an earlier encode/);
    assert.ok((await stat(box.file('rushes/take 1.audio-2.m4a'))).size > 0);
  });

  it('puts the result where --output says', async () => {
    await box.clip('b.mp4');
    const { code, stderr } = await box.run(['encode', 'b.mp4', '--preset', 'audio', '--output', 'named.m4a']);
    assert.equal(code, 0, stderr);
    assert.ok((await stat(box.file('named.m4a'))).size > 0);
    const bad = await box.run(['encode', 'b.mp4', '--output', '${nonsense}.mp4']);
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /unknown variable \$\{nonsense\}/);
    const missing = await box.run(['encode', 'b.mp4', '--output', 'nowhere/', '--detach']);
    assert.deepEqual([missing.code, missing.stdout], [2, '']);
    assert.match(
      missing.stderr,
      /^dffmpeg: The folder .*nowhere does not exist\.\n +Create it, .* Nothing was begun\./,
    );
    const own = await box.run(['encode', 'b.mp4', '--output', `${box.stateDir}/results/`, '--json']);
    assert.equal(own.code, 2);
    assert.equal(errorOutputSchema.parse(JSON.parse(own.stdout)).error.code, 'destination-unwritable');
  });

  it('ends with 1 for a source that is not media, and says so without a stack trace', async () => {
    await writeFile(box.file('text.mp4'), 'this is no film\n'.repeat(100));
    const { code, stderr } = await box.run(['encode', 'text.mp4']);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /✗ text\.mp4: /);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  it('submits nothing when a named file is missing, and ends with 1', async () => {
    await box.clip('c.mp4');
    const { code, stdout } = await box.run(['encode', 'c.mp4', 'missing.mp4', '--json']);
    assert.equal(code, 1);
    assert.equal(errorOutputSchema.parse(JSON.parse(stdout)).error.code, 'source-missing');
    const { jobs } = await box.json(jobsOutputSchema, ['jobs', '--limit', '1']);
    assert.ok(jobs.every(({ sources }) => sources[0]?.path !== box.file('c.mp4')));
  });

  it('names the presets there are for one that there is not, and ends with 2', async () => {
    const { code, stderr } = await box.run(['encode', 'c.mp4', '--preset', 'smal']);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /There is no preset “smal”\.\n {2}Did you mean “small”\? There are: web, small, av1, audio/,
    );
  });

  it('cancels on Ctrl+C: ends with 130 and ffmpeg is gone', async () => {
    const { preset } = await box.longEncode();
    const running = box.start(['encode', 'long.mp4', '--preset', preset]);
    await running.printed('stderr', /\d+ %/);
    assert.equal((await ffmpegsIn(box.folder)).length, 1);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.finished;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /long\.mp4: cancelled/);
    assert.deepEqual(await ffmpegsIn(box.folder), []);
    await assert.rejects(stat(box.file('long.slow.mp4')));
  });

  it('goes on with a new daemon when the one it had is killed', async () => {
    const { preset } = await box.longEncode();
    const running = box.start(['encode', 'long.mp4', '--preset', preset]);
    await running.printed('stderr', /\d+ %/);
    const { pid } = box.discovery();
    process.kill(pid, 'SIGKILL');
    const next = await box.nextDaemon(pid);
    assert.notEqual(next.pid, pid);
    running.child.kill('SIGINT');
    assert.equal((await running.finished).code, 130);
    assert.deepEqual(await ffmpegsIn(box.folder), []);
  });

  it('makes a result anew that was deleted or changed between cancel and retry, and leaves a person’s alone', async () => {
    const { clip } = await box.longEncode();
    const slow = { encoders: ['libx264'], crf: 10, speed: 'slowest' };
    const two = { container: 'mp4', video: slow, outputs: { poster: { container: 'jpg' }, film: {} } };
    const settings = { 'dffmpeg.presets': { two, slow: { container: 'mp4', video: slow } } };
    await box.write('.vscode/settings.json', JSON.stringify(settings));
    const poster = box.file('long.two.poster.jpg');
    const detached = await box.run(['encode', clip, '--preset', 'two', '--detach']);
    const id = detached.stdout.trim();
    const placed = async (times: number): Promise<void> => {
      const follow = box.start(['job', 'logs', id, '--follow']);
      await follow.printed('stdout', new RegExp('placed: poster[^]*'.repeat(times)));
      follow.child.kill();
      assert.match((await box.run(['job', 'cancel', id])).stdout, /cancelled/);
    };
    await placed(1);
    await rm(poster);
    const { code, stdout } = await box.run(['job', 'retry', id]);
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `${id} is in the queue again: long.two.poster.jpg stays, unless deleted or changed since; made anew: film\n`,
    );
    await placed(2);
    const { stdout: log } = await box.run(['job', 'logs', id]);
    assert.match(log, /long\.two\.poster\.jpg is not there any more, or was changed: poster is made anew/);
    assert.ok((await stat(poster)).size > 0);
    await writeFile(poster, 'a person’s');
    assert.equal((await box.run(['job', 'retry', id])).code, 0);
    await placed(3);
    assert.equal(await readFile(poster, 'utf8'), 'a person’s');
    assert.ok((await stat(box.file('long.two.poster-2.jpg'))).size > 0);
  });

  it('goes on after the command when detached; job show, logs, cancel and retry work on it', async () => {
    const { preset } = await box.longEncode();
    const detached = await box.run(['encode', 'long.mp4', '--preset', preset, '--detach']);
    assert.equal(detached.code, 0, detached.stderr);
    const id = detached.stdout.trim();
    assert.match(id, /^[0-9a-z]{4,64}$/);
    const follow = box.start(['job', 'logs', id, '--follow']);
    await follow.printed('stdout', /ffmpeg/);
    const shown = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(shown.state, 'running');
    const person = await box.run(['job', 'show', id]);
    assert.match(person.stdout, /attempt \d+: encode on .+, running\n {2}\S*ffmpeg /);
    const cancelled = await box.run(['job', 'cancel', id]);
    assert.equal(cancelled.stdout, `${id} cancelled\n`);
    assert.deepEqual(await ffmpegsIn(box.folder), []);
    assert.equal((await follow.finished).code, 0);
    assert.equal((await box.run(['job', 'retry', id])).code, 0);
    const again = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.notEqual(again.state, 'cancelled');
    await box.run(['job', 'cancel', id]);
    const unknown = await box.run(['job', 'show', 'zzzzzzzz']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^dffmpeg: /);
  });
});
