import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { endDaemon } from '../../../scripts/lib/stateDir.mjs';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { JobLogs } from '../../../src/coordinator/jobLog.ts';
import { errnoCode } from '../../../src/files/errnoCode.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';
import { Sandbox } from '../cli/harness.ts';

const run = promisify(execFile);

/** A disk of its own that can be filled; `undefined` where this machine does not let us. */
async function mountDisk(folder: string, size: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'dffmpeg-full', folder]).then(
    () => true,
    () => false,
  );
}

async function fill(folder: string): Promise<() => Promise<void>> {
  const ballast = path.join(folder, 'ballast');
  const file = await open(ballast, 'w');
  try {
    for (let block = Buffer.alloc(1 << 20); block.length > 0;)
      try {
        await file.appendFile(block);
      } catch (error) {
        assert.equal(errnoCode(error), 'ENOSPC');
        block = block.subarray(0, block.length >> 1);
      }
  } finally {
    await file.close();
  }
  return () => rm(ballast);
}

describe('full disks', function () {
  this.timeout(120_000);
  let box: Sandbox;
  let disk: string;

  beforeEach(async function () {
    box = await Sandbox.create({ DFFMPEG_DISK_RETRY_SECONDS: '1' });
    disk = box.file('disk');
    if (await mountDisk(disk, '96m')) return;
    console.log('      skipped: small disks cannot be mounted here (root on Linux can)');
    this.skip();
  });

  afterEach(async () => {
    await run('umount', ['-l', disk]).catch(() => undefined);
    await box.remove();
  });

  it('a job whose destination is full waits, says where and what to do, and goes on when there is room', async () => {
    await box.clip('clip.mp4');
    const free = await fill(disk);
    // The last bytes of a full disk: a name can still be made there, nothing more.
    const output = path.join(disk, 'clip.web.mp4');
    const id = (await box.run(['encode', 'clip.mp4', '--output', output, '--detach'])).stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /disk has 0 MB left; an encode begins when there are 32 MB/);
    const waiting = await box.json(jobOutputSchema, ['job', 'show', id]);
    // It is offered now and then, and not taken.
    assert.ok(['waiting', 'running'].includes(waiting.state), waiting.state);
    assert.equal(waiting.reason?.code, 'destination-full');
    assert.match(waiting.reason.hint ?? '', /by itself/);
    await free();
    await log.finished;
    const done = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(done.state, 'done');
    assert.ok(existsSync(output));
  });

  it('is seen to have room at once, and no attempt is begun in vain meanwhile', async () => {
    box.env['DFFMPEG_DISK_RETRY_SECONDS'] = '600';
    box.env['DFFMPEG_DISK_LOOK_SECONDS'] = '0.2';
    await box.clip('clip.mp4');
    const free = await fill(disk);
    const output = path.join(disk, 'clip.web.mp4');
    const id = (await box.run(['encode', 'clip.mp4', '--output', output, '--detach'])).stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /disk has 0 MB left/);
    for (let looks = 0; looks < 5; looks += 1) {
      const { state, reason } = await box.json(jobOutputSchema, ['job', 'show', id]);
      assert.deepEqual([state, reason?.code], ['waiting', 'destination-full']);
    }
    await free();
    await log.finished;
    const { state, attempts } = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(state, 'done');
    // One to look at the source, one that found no room, one that has made the result.
    assert.equal(attempts.at(-1)?.fence, 3);
  });

  it('of the queue: new jobs are refused with the reason, and what runs goes on', async () => {
    box.env['DFFMPEG_STATE_DIR'] = disk;
    await run('chmod', ['700', disk]);
    const { clip, preset } = await box.longEncode();
    const id = (await box.run(['encode', clip, '--preset', preset, '--detach'])).stdout.trim();
    try {
      const ballast = await open(path.join(disk, 'ballast'), 'w');
      const { bavail, bsize } = await statfs(disk);
      await ballast.appendFile(Buffer.alloc(bavail * bsize - 10e6));
      await ballast.close();
      // A look at the disk is good for a moment.
      let refused = await box.run(['encode', clip, '--detach']);
      while (refused.code === 0) refused = await box.run(['encode', clip, '--detach']);
      assert.match(
        refused.stderr,
        /The disk of the queue \(.*\) has \d MB left; new jobs are taken when there are 16 MB/,
      );
      const { state } = await box.json(jobOutputSchema, ['job', 'show', id]);
      assert.ok(['accepted', 'probing', 'waiting', 'running'].includes(state), state);
      await rm(path.join(disk, 'ballast'));
      while ((await box.run(['encode', clip, '--detach'])).code !== 0);
    } finally {
      await endDaemon(disk);
    }
  });

  it('logs and cache give way before the queue does, and go on when there is room; doctor says so', async () => {
    box.env['DFFMPEG_STATE_DIR'] = disk;
    await run('chmod', ['700', disk]);
    await box.clip('clip.mp4');
    const marks = (megabytes: number): Promise<void> =>
      writeFile(
        path.join(disk, 'config.jsonc'),
        JSON.stringify({ logLowMegabytes: megabytes, cacheLowMegabytes: megabytes, diskLookSeconds: 0.1 }),
      );
    const log = (): Promise<string> => readFile(path.join(disk, 'logs', 'daemon.log'), 'utf8');
    const kept = async (folder: string): Promise<string[]> =>
      (await readdir(path.join(disk, folder)).catch(() => [])).filter((name) =>
        /\.(?:log|json)$/u.test(name),
      );
    await marks(200);
    try {
      const first = await box.run(['encode', 'clip.mp4']);
      assert.equal(first.code, 0, first.stderr);
      assert.equal((await log()).match(/lines are left out from here on/g)?.length, 1);
      assert.deepEqual([await kept('logs/jobs'), await kept('cache')], [[], []]);
      const low = await box.run(['doctor']);
      assert.equal(low.code, 0, low.stdout);
      assert.match(low.stdout, /disk of the logs +.* MB left; below 200 MB no log is written/);
      assert.match(low.stdout, /disk of the cache +.*; below 200 MB trial runs are not remembered/);

      await marks(1);
      while (
        !/disks +queue, logs, cache and working folder: \d+ MB left/.test((await box.run(['doctor'])).stdout)
      );
      assert.equal((await box.run(['encode', 'clip.mp4'])).code, 0);
      assert.match(await log(), /[1-9]\d* lines are missing here/);
      assert.equal((await kept('logs/jobs')).length, 1);
    } finally {
      await endDaemon(disk);
    }
  });

  it('below the low-water mark nothing new is begun, and the job says where and why', async () => {
    await box.clip('clip.mp4');
    await box.write('state/config.jsonc', '{ "destinationLowMegabytes": 200 }');
    const output = path.join(disk, 'clip.web.mp4');
    const id = (await box.run(['encode', 'clip.mp4', '--output', output, '--detach'])).stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /disk has \d+ MB left; an encode begins when there are 200 MB/);
    const waiting = await box.json(jobOutputSchema, ['job', 'show', id]);
    // It is offered now and then, and not taken.
    assert.ok(['waiting', 'running'].includes(waiting.state), waiting.state);
    assert.equal(waiting.reason?.code, 'destination-full');
    assert.match(waiting.reason.hint ?? '', /by itself/);
    // The mark is lowered in the file, and no daemon is started anew.
    await box.write('state/config.jsonc', '{ "destinationLowMegabytes": 10 }');
    await log.finished;
    assert.equal((await box.json(jobOutputSchema, ['job', 'show', id])).state, 'done');
  });

  it('a full scratch folder holds new encodes back, and lets them go on when there is room', async () => {
    await box.clip('clip.mp4');
    await box.write('state/config.jsonc', JSON.stringify({ scratchFolder: disk }));
    const free = await fill(disk);
    const id = (await box.run(['encode', 'clip.mp4', '--detach'])).stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /working folder .* has 0 MB left/);
    await free();
    await log.finished;
    assert.equal((await box.json(jobOutputSchema, ['job', 'show', id])).state, 'done');
  });

  it('a full log disk is said once, jobs go on, and later lines are there when there is room', async () => {
    const directory = path.join(disk, 'jobs');
    await mkdir(directory);
    const errors: DffmpegError[] = [];
    const limits = { maxBytes: 1e6, chunkBytes: 1e5, atOnce: 8 };
    const logs = new JobLogs({ directory, ...limits, onError: (error) => errors.push(error) });
    const free = await fill(disk);
    for (let line = 0; line < 5; line += 1) {
      logs.append('j1', `lost ${line} ${'x'.repeat(8192)}`);
      await logs.flush();
    }
    assert.equal(errors.length, 1);
    assert.match(errors[0]?.message ?? '', /is full/);
    await free();
    logs.append('j1', 'there again');
    await logs.flush();
    assert.match((await logs.read('j1', 0)).text, /there again\n$/);
  });
});

describe('a full cache', () => {
  it('costs a trial run more, and fails nothing', async function () {
    this.timeout(120_000);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-cache-'));
    const disk = path.join(folder, 'cache');
    if (!(await mountDisk(disk, '4m'))) {
      await rm(folder, { recursive: true });
      console.log('      skipped: small disks cannot be mounted here (root on Linux can)');
      this.skip();
    }
    const box = await Sandbox.create();
    try {
      await fill(disk);
      await box.clip('clip.mp4');
      await rm(path.join(box.stateDir, 'cache'), { recursive: true });
      await run('ln', ['-s', disk, path.join(box.stateDir, 'cache')]);
      const { code, stderr } = await box.run(['encode', 'clip.mp4', '--preset', 'small']);
      assert.equal(code, 0, stderr);
    } finally {
      await box.remove();
      await run('umount', ['-l', disk]);
      await rm(folder, { recursive: true });
    }
  });
});
