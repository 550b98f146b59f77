import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from '../cli/harness.ts';

const run = promisify(execFile);

/** A Btrfs in a file, and in it a folder with a quota; false where this machine cannot. */
async function mountQuota(image: string, disk: string, folder: string, limit: string): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const file = await open(image, 'w');
  await file.truncate(256 * 1024 * 1024);
  await file.close();
  await mkdir(disk);
  try {
    await run('mkfs.btrfs', ['-q', image]);
    await run('mount', ['-o', 'loop', image, disk]);
    await run('btrfs', ['quota', 'enable', disk]);
    await run('btrfs', ['subvolume', 'create', folder]);
    await run('btrfs', ['qgroup', 'limit', limit, folder]);
    return true;
  } catch {
    return false;
  }
}

describe('a quota that is used up', function () {
  this.timeout(120_000);
  let box: Sandbox;
  let disk: string;
  let folder: string;

  beforeEach(async function () {
    box = await Sandbox.create({ DFFMPEG_DISK_RETRY_SECONDS: '1', DFFMPEG_DISK_LOOK_SECONDS: '0.5' });
    disk = box.file('disk');
    folder = path.join(disk, 'mine');
    if (await mountQuota(box.file('image'), disk, folder, '1M')) return;
    console.log('      skipped: no Btrfs with quotas can be made here (root on Linux with btrfs-progs can)');
    this.skip();
  });

  afterEach(async () => {
    await run('umount', ['-l', disk]).catch(() => undefined);
    await box.remove();
  });

  it('is said in its own words, waited for, and the job goes on when there is more of it', async () => {
    await box.clip('clip.mp4', 8);
    const output = path.join(folder, 'clip.mov');
    const args = ['encode', 'clip.mp4', '--preset', 'prores-proxy', '--output', output, '--detach'];
    const id = (await box.run(args)).stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /The quota where the result is written is used up/);
    // What is left of it is tried from now on: no attempt is begun in vain, and none is counted.
    await log.printed('stdout', /The quota of the folder .*mine is used up; .* can be written there/);
    const { state, reason } = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(state, 'waiting');
    assert.equal(reason?.code, 'destination-full');
    await run('btrfs', ['qgroup', 'limit', 'none', folder]);
    await log.finished;
    const done = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(done.state, 'done');
    assert.ok(existsSync(output));
    assert.deepEqual(await readdir(folder), ['clip.mov']);
    assert.equal(done.attempts.filter((attempt) => attempt.state === 'failed').length, 1);
  });
});
