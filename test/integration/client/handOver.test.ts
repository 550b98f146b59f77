import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isProcessAlive } from '../../../src/client/discovery.ts';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { ffmpegsIn, program, Sandbox } from '../cli/harness.ts';

describe('a daemon of another version', function () {
  this.timeout(180_000);
  let box: Sandbox;

  beforeEach(async () => {
    box = await Sandbox.create();
  });
  afterEach(() => box.remove());

  /** A copy of the program that says that it is of this version, and perhaps speaks another protocol. */
  const release = async (version: string, protocol?: string): Promise<string> => {
    const folder = box.file(`release-${version}`);
    await cp(path.dirname(program), folder, { recursive: true, filter: (file) => !file.endsWith('.map') });
    const build = path.join(folder, 'build.json');
    const said = JSON.parse(await readFile(build, 'utf8')) as { build: string };
    // Another build has another digest.
    const digest = `${version.replaceAll('.', '')}${said.build}`.slice(0, 12);
    await writeFile(build, JSON.stringify({ ...said, version, build: digest }));
    for (const name of protocol === undefined ? [] : await readdir(folder)) {
      const file = path.join(folder, name);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replaceAll(/(protocol:|\()"1\.0"/gu, `$1"${protocol}"`));
    }
    return path.join(folder, 'dffmpeg.mjs');
  };
  const done = async (id: string, by: string) => {
    for (;;) {
      const job = await box.json(jobOutputSchema, ['job', 'show', id], { program: by });
      if (['done', 'failed', 'cancelled'].includes(job.state)) return job;
      await delay(200);
    }
  };
  const results = async (): Promise<string[]> =>
    (await readdir(box.folder)).filter((name) => /^clip\.av1/.test(name));

  it('that is older is used while it encodes, then hands over with its queue', async () => {
    const [older, newer] = [await release('0.0.1'), await release('0.0.2')];
    await box.clip('clip.mp4', 20);
    const encode = ['encode', 'clip.mp4', '--preset', 'av1', '--detach'];
    const id = (await box.run(encode, { program: older })).stdout.trim();
    const { pid, version } = box.discovery();
    assert.equal(version, '0.0.1');
    while ((await ffmpegsIn(box.folder)).length === 0) await delay(50);
    const while_ = await box.json(jobOutputSchema, ['job', 'show', id], { program: newer });
    assert.equal(box.discovery().pid, pid, 'what runs is not begun anew for an update');
    assert.ok(!['failed', 'cancelled'].includes(while_.state));
    await done(id, older);
    const job = await done(id, newer);
    assert.equal(box.discovery().version, '0.0.2');
    // It has begun its successor, and is about to end.
    while (isProcessAlive(pid)) await delay(50);
    assert.deepEqual([job.state, job.outputs.length, (await results()).length], ['done', 1, 1]);
    assert.equal(job.attempts.filter(({ kind }) => kind === 'encode').length, 1);
    // The older command uses the newer daemon.
    assert.equal((await box.run(['jobs'], { program: older })).code, 0);
    assert.equal(box.discovery().version, '0.0.2');
  });

  it('that is older begins nothing more, and the newer goes on with the queue though nobody asks again', async () => {
    const [older, newer] = [await release('0.0.1'), await release('0.0.2')];
    await box.clip('clip.mp4', 20);
    await box.clip('next.mp4');
    const slow = ['encode', 'clip.mp4', '--preset', 'av1', '--detach'];
    const id = (await box.run(slow, { program: older })).stdout.trim();
    const { pid } = box.discovery();
    while ((await ffmpegsIn(box.folder)).length === 0) await delay(50);
    const next = (await box.run(['encode', 'next.mp4', '--detach'], { program: newer })).stdout.trim();
    assert.equal(box.discovery().pid, pid);
    const successor = await box.nextDaemon(pid);
    assert.equal(successor.version, '0.0.2');
    while (isProcessAlive(pid)) await delay(20);
    const first = await done(id, newer);
    assert.deepEqual(
      [first.state, first.attempts.filter(({ kind }) => kind === 'encode').length],
      ['done', 1],
    );
    assert.equal((await done(next, newer)).state, 'done');
    assert.equal(box.discovery().pid, successor.pid);
  });

  it('that is older waits for what runs as long as its setting says; then the newer begins it anew', async () => {
    const [older, newer] = [await release('0.0.1'), await release('0.0.2')];
    const { clip, preset } = await box.longEncode();
    const env = { DFFMPEG_HAND_OVER_MINUTES: '0.05' };
    const encode = ['encode', clip, '--preset', preset, '--detach'];
    const id = (await box.run(encode, { program: older, env })).stdout.trim();
    const { pid } = box.discovery();
    while ((await ffmpegsIn(box.folder)).length === 0) await delay(50);
    await box.run(['jobs'], { program: newer });
    assert.equal((await box.nextDaemon(pid)).version, '0.0.2');
    while ((await ffmpegsIn(box.folder)).length === 0) await delay(50);
    const job = await box.json(jobOutputSchema, ['job', 'show', id], { program: newer });
    assert.equal(job.state, 'running');
    // It is no failure, and nothing is waited for.
    assert.deepEqual(
      job.attempts.filter(({ kind }) => kind === 'encode').map(({ error }) => error?.code),
      ['worker-lost', undefined],
    );
    await box.run(['job', 'cancel', id], { program: newer });
  });

  it('that is older and speaks another protocol is ended, and its encode is made once by the next', async () => {
    const [older, newer] = [await release('0.0.1', '0.9'), await release('0.0.2')];
    await box.clip('clip.mp4', 20);
    const encode = ['encode', 'clip.mp4', '--preset', 'av1', '--detach'];
    const id = (await box.run(encode, { program: older })).stdout.trim();
    const { pid } = box.discovery();
    while ((await ffmpegsIn(box.folder)).length === 0) await delay(50);
    const job = await done(id, newer);
    assert.equal(box.discovery().version, '0.0.2');
    assert.ok(!isProcessAlive(pid));
    assert.deepEqual([job.state, job.outputs.length, (await results()).length], ['done', 1, 1]);
    // The older command says what to do, and leaves the daemon alone.
    const refused = await box.run(['jobs'], { program: older });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /protocol 0\.9.*1\.0|protocol 1\.0.*0\.9/);
    assert.match(refused.stderr, /Update DFFmpeg/);
    assert.equal(box.discovery().version, '0.0.2');
  });
});

describe('an extension whose folder is deleted under its daemon', function () {
  this.timeout(180_000);

  it('takes nothing away: jobs run, are cancelled, and a killed daemon is started again', async () => {
    const box = await Sandbox.create();
    try {
      const extension = box.file('extension', 'dist', 'program');
      await cp(path.dirname(program), extension, { recursive: true });
      await box.clip('clip.mp4');
      const own = path.join(extension, 'dffmpeg.mjs');
      assert.equal((await box.run(['encode', 'clip.mp4'], { program: own })).code, 0);
      await rm(box.file('extension'), { recursive: true });
      const [copy = ''] = await readdir(path.join(box.stateDir, 'bin'));
      const by = { program: path.join(box.stateDir, 'bin', copy, 'dffmpeg.mjs') };
      const { pid } = box.discovery();
      // Trials, probes, the load of the machine, previews and logs: parts that are loaded when they are needed.
      assert.equal((await box.run(['encode', 'clip.mp4'], by)).code, 0);
      assert.equal((await box.run(['encode', 'clip.mp4', '--dry-run'], by)).code, 0);
      assert.equal((await box.run(['check', 'clip.mp4'], by)).code, 0);
      const { clip, preset } = await box.longEncode();
      const id = (await box.run(['encode', clip, '--preset', preset, '--detach'], by)).stdout.trim();
      while ((await ffmpegsIn(box.folder)).length === 0) await delay(50);
      assert.equal((await box.run(['job', 'cancel', id], by)).code, 0);
      assert.equal(box.discovery().pid, pid);
      process.kill(pid, 'SIGKILL');
      assert.equal((await box.run(['encode', 'clip.mp4', '--preset', 'small'], by)).code, 0);
      assert.notEqual(box.discovery().pid, pid);
    } finally {
      await box.remove();
    }
  });
});
