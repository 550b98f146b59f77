import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, open, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from '../cli/harness.ts';

const run = promisify(execFile);

describe('a finished result whose disk is away while the daemon is started anew', function () {
  this.timeout(180_000);
  let box: Sandbox;
  let disk: string;

  const succeeds = (command: string, ...args: string[]): Promise<boolean> =>
    run(command, args).then(
      () => true,
      () => false,
    );
  const mount = (): Promise<boolean> => succeeds('mount', '-o', 'loop', box.file('image'), disk);

  beforeEach(async function () {
    box = await Sandbox.create({
      DFFMPEG_PLACE_RETRY_MIN_SECONDS: '0.1',
      DFFMPEG_PLACE_RETRY_MAX_SECONDS: '0.2',
      DFFMPEG_RETRY_MAX_SECONDS: '1',
    });
    disk = box.file('disk');
    await mkdir(disk);
    const image = await open(box.file('image'), 'w');
    await image.truncate(64 * 1024 * 1024);
    await image.close();
    const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
    if (isRoot && (await succeeds('mkfs.ext4', '-q', box.file('image'))) && (await mount())) return;
    console.log('      skipped: no disk can be mounted here (root on Linux can)');
    this.skip();
  });

  afterEach(async () => {
    await succeeds('chattr', '-i', disk);
    await succeeds('umount', '-l', disk);
    await box.remove();
  });

  it('keeps it, and places it when the disk is back; nothing is encoded twice', async () => {
    const { clip } = await box.longEncode();
    const args = ['encode', clip, '--preset', 'small', '--output', box.file('disk', 'clip.small.mp4')];
    const id = (await box.run([...args, '--duration', '8', '--detach'])).stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /, encode: /);
    // What is in its hidden folder is written to its end; no name is given beside that.
    await run('chattr', ['+i', disk]);
    await log.printed('stdout', /cannot be written to\. The result is kept and waits/);

    process.kill(box.discovery().pid, 'SIGKILL');
    await log.finished;
    await run('umount', [disk]);
    const again = box.start(['job', 'logs', id, '--follow']);
    await again.printed('stdout', /The disk with the result for .*disk is not there/);
    const { state, reason } = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.deepEqual([state, reason?.code], ['committing', 'destination-away']);
    await mount();
    await run('chattr', ['-i', disk]);
    await again.finished;

    const done = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(done.state, 'done');
    assert.equal(done.attempts.length, 2);
    assert.deepEqual((await readdir(disk)).toSorted(), ['clip.small.mp4', 'lost+found']);
  });
});
