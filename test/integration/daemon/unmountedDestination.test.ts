import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { jobOutputSchema, type JobOutput } from '../../../src/protocol/jobOutput.ts';
import { Sandbox, type Running } from '../cli/harness.ts';

const run = promisify(execFile);

describe('a disk for results that is not mounted any more when the job has its turn', function () {
  this.timeout(120_000);
  let box: Sandbox;
  let disk: string;
  let serving: Running | undefined;

  beforeEach(async function () {
    box = await Sandbox.create({
      DFFMPEG_DISK_LOOK_SECONDS: '0.2',
      DFFMPEG_DESTINATION_LOW_MEGABYTES: '1',
    });
    disk = box.file('disk');
    await mkdir(disk);
    const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
    if (isRoot && (await mount().catch(() => undefined))) return;
    console.log('      skipped: nothing can be mounted here (root on Linux can)');
    this.skip();
  });
  afterEach(async () => {
    await run('umount', ['-l', disk]).catch(() => undefined);
    serving?.child.kill('SIGKILL');
    await serving?.finished;
    await box.remove();
  });

  function mount(): Promise<unknown> {
    return run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'dffmpeg-disk', disk]);
  }
  async function serve(): Promise<void> {
    serving = box.start(['serve']);
    await serving.printed('stdout', /"event":"ready"/);
  }
  async function job(id: string, isSo: (job: JobOutput) => boolean): Promise<JobOutput> {
    for (;;) {
      const found = await box.json(jobOutputSchema, ['job', 'show', id]);
      if (isSo(found)) return found;
      if (found.state === 'failed') assert.fail(JSON.stringify(found, undefined, 1));
    }
  }
  /** A job that waits, all its names reserved, while its disk is there; then it is not. */
  async function waiting(): Promise<string> {
    await serve();
    await box.run(['job', 'pause', '--queue']);
    const clip = await box.clip('clip.mp4');
    const { stdout } = await box.run(['encode', clip, '--preset', 'small', '--output', 'disk/', '--detach']);
    const id = stdout.trim();
    await job(id, ({ state, outputs }) => state === 'waiting' && outputs[0]?.path !== undefined);
    await run('umount', [disk]);
    return id;
  }
  const isAway = ({ reason }: JobOutput): boolean => reason?.code === 'destination-away';

  it('gets nothing put into the folder under it, and the job goes on by itself when it is back', async () => {
    const id = await waiting();
    await box.run(['job', 'resume', '--queue']);
    const { reason } = await job(id, isAway);
    assert.equal(reason?.message, `The disk of ${disk} is not there: another one is seen in its place.`);
    assert.deepEqual(await readdir(disk), []);
    await mount();
    await job(id, ({ state }) => state === 'done');
    assert.deepEqual(await readdir(disk), ['clip.small.mp4']);
  });

  it('does not after the daemon was started anew either', async () => {
    const id = await waiting();
    serving?.child.kill('SIGKILL');
    await serving?.finished;
    await serve();
    await box.run(['job', 'resume', '--queue']);
    await job(id, isAway);
    await rm(disk, { recursive: true });
    await mkdir(disk);
    await job(id, isAway);
    await mount();
    await job(id, ({ state }) => state === 'done');
  });

  it('gets nothing where another disk of its make, size and number is mounted there', async function () {
    const [one, other] = [box.file('one.img'), box.file('other.img')];
    const insert = (image: string): Promise<unknown> => run('mount', ['-o', 'loop', image, disk]);
    await run('umount', [disk]);
    for (const [made, image] of [one, other].entries()) {
      await run('truncate', ['-s', '64M', image]);
      // Nobody makes two file systems in one second but a test.
      const env = { ...process.env, E2FSPROGS_FAKE_TIME: String(1_700_000_000 + made) };
      await run('mkfs.ext4', ['-q', '-F', image], { env }).catch(() => this.skip());
    }
    await insert(one).catch(() => this.skip());
    const id = await waiting();
    await insert(other);
    await box.run(['job', 'resume', '--queue']);
    await job(id, isAway);
    assert.deepEqual(await readdir(disk), ['lost+found']);
    await run('umount', [disk]);
    await insert(one);
    await job(id, ({ state }) => state === 'done');
    assert.ok(existsSync(path.join(disk, 'clip.small.mp4')));
  });

  it('gets them where a person says that the folder is the right one', async () => {
    const id = await waiting();
    await box.run(['job', 'resume', '--queue']);
    await job(id, isAway);
    const { code, stderr } = await box.run(['job', 'choose-folder', id, disk]);
    assert.equal(code, 0, stderr);
    await job(id, ({ state }) => state === 'done');
    assert.ok(existsSync(path.join(disk, 'clip.small.mp4')));
  });
});
