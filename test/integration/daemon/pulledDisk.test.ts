import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from '../cli/harness.ts';

const run = promisify(execFile);

/**
 * A file system whose server is gone lies over the folder: the system says “not connected” of all that is in it, as of a
 * network drive that was pulled. False where this machine cannot.
 */
async function pull(folder: string): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const server = await open('/dev/fuse', 'r+').catch(() => undefined);
  if (!server) return false;
  try {
    const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
    const mount = spawn('mount', ['-i', '-t', 'fuse', '-o', options, 'dffmpeg-pulled', folder], {
      stdio: ['ignore', 'ignore', 'ignore', server.fd],
    });
    const [code] = (await once(mount, 'exit')) as [number | null];
    return code === 0;
  } catch {
    return false;
  } finally {
    await server.close();
  }
}

describe('a disk that was pulled', function () {
  this.timeout(180_000);
  let box: Sandbox;
  let disk: string;

  beforeEach(async function () {
    box = await Sandbox.create({
      DFFMPEG_DISK_RETRY_SECONDS: '600',
      DFFMPEG_DISK_LOOK_SECONDS: '0.2',
      DFFMPEG_PLACE_RETRY_MIN_SECONDS: '0.1',
      DFFMPEG_PLACE_RETRY_MAX_SECONDS: '0.2',
    });
    disk = box.file('disk');
    await mkdir(disk);
    if (
      (await run('mount', ['-t', 'tmpfs', 'dffmpeg-disk', disk]).catch(() => undefined)) &&
      (await pull(disk))
    ) {
      await connect();
      return;
    }
    console.log('      skipped: no disk can be mounted and pulled here (root on Linux with FUSE can)');
    this.skip();
  });

  afterEach(async () => {
    await run('umount', ['-l', disk]).catch(() => undefined);
    await run('umount', ['-l', disk]).catch(() => undefined);
    await box.remove();
  });

  const connect = async (): Promise<unknown> => run('umount', ['-l', disk]);

  it('is waited for by a job that is to write there, however long it takes', async () => {
    await box.clip('clip.mp4');
    await pull(disk);
    const output = box.file('disk', 'clip.web.mp4');
    const submitted = await box.run(['encode', 'clip.mp4', '--output', output, '--detach']);
    assert.equal(submitted.code, 0, submitted.stderr);
    const id = submitted.stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /The disk or network drive of .*disk does not answer \(ENOTCONN\)/);
    const { state, reason } = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.deepEqual([state, reason?.code], ['waiting', 'destination-away']);
    assert.match(reason?.hint ?? '', /Connect it again/);
    await connect();
    await log.finished;
    const done = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(done.state, 'done');
    assert.equal(done.attempts.filter((attempt) => attempt.state === 'failed').length, 0);
    assert.ok(existsSync(output));
  });

  it('gets the finished result when it is back, and nothing is encoded twice', async () => {
    const { clip } = await box.longEncode();
    const output = box.file('disk', 'clip.small.mp4');
    const args = ['encode', clip, '--preset', 'small', '--output', output, '--duration', '8', '--detach'];
    const id = (await box.run(args)).stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /, encode: /);
    await pull(disk);
    await log.printed('stdout', /does not answer \(ENOTCONN\)\. The result is verified when it is back/);
    await connect();
    await log.finished;
    const { state, attempts } = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(state, 'done');
    assert.equal(attempts.length, 2);
    assert.deepEqual(await readdir(disk), ['clip.small.mp4']);
  });
});
