import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { placePersistently } from '../../../src/files/placePersistently.ts';
import { stage } from '../../../src/files/staging.ts';
import { Traces } from '../../../src/files/traces.ts';

const run = promisify(execFile);

/** Made at different times, as disks are; a made-up time saves the wait. */
async function makeDisk(image: string, madeAt: number): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const file = await open(image, 'w');
  await file.truncate(16 * 1024 * 1024);
  await file.close();
  const env = { ...process.env, E2FSPROGS_FAKE_TIME: String(madeAt) };
  return run('mkfs.ext4', ['-q', image], { env }).then(
    () => true,
    () => false,
  );
}

describe('another disk that is mounted where the first one was', function () {
  this.timeout(60_000);
  let root: string;
  let folder: string;
  let notes: string;

  const image = (name: string): string => path.join(root, `${name}.image`);
  const mount = async (name: string, options = 'loop'): Promise<unknown> =>
    run('mount', ['-o', options, image(name), folder]);
  const unmount = async (): Promise<unknown> => run('umount', [folder]);

  beforeEach(async function () {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-disks-'));
    folder = path.join(root, 'films');
    notes = path.join(root, 'notes');
    await mkdir(folder);
    const made =
      (await makeDisk(image('first'), 1_700_000_000)) && (await makeDisk(image('other'), 1_700_000_001));
    const mounted =
      made &&
      (await mount('first').then(
        () => true,
        () => false,
      ));
    if (mounted) return;
    console.log('      skipped: no disks can be mounted here (root on Linux can)');
    this.skip();
  });
  afterEach(async () => {
    await run('umount', ['-l', folder]).catch(() => undefined);
    await rm(root, { recursive: true });
  });

  it('does not pass for it: what was left on the first one is removed when that is back', async () => {
    const left = path.join(folder, '.dffmpeg-t1-1.part');
    await new Traces(notes).note(left);
    await mkdir(left);
    await unmount();
    // It gets the first one's device number, unless somebody has taken that meanwhile.
    await mount('other');
    await new Traces(notes).sweep(30);
    await unmount();
    await mount('first');
    assert.deepEqual(await readdir(folder), ['.dffmpeg-t1-1.part', 'lost+found']);
    await new Traces(notes).sweep(30);
    assert.deepEqual(await readdir(folder), ['lost+found']);
    assert.deepEqual(await readdir(notes), []);
  });

  it('does not cost a result that waits for the first one', async () => {
    const traces = new Traces(notes);
    const scratchDir = path.join(root, 'scratch');
    const attempt = await stage({ scratchDir, destination: folder, taskId: 't1', fence: 1, traces });
    const staged = path.join(attempt, 'result.mp4');
    await writeFile(staged, 'whole');
    const target = path.join(folder, 'clip.mp4');
    const identity = await identityOf(staged);
    await unmount();
    await mount('first', 'loop,ro');
    const said: string[] = [];
    let mounted = 'first';
    let change = Promise.resolve();
    const exchange = async (name: string): Promise<void> => {
      mounted = '';
      await unmount();
      await mount(name);
      mounted = name;
    };
    const outcome = await placePersistently(
      { staged, path: target, identity, recordDir: path.join(root, 'records'), traces },
      {
        signal: AbortSignal.timeout(50_000),
        pausesMs: [],
        longPauseMs: 100,
        onWait: ({ message }) => {
          if (said.at(-1) !== message) said.push(message);
          const waitsForDisk = /disk with the result .* is not there/u.test(message);
          if (said.length === 1 && mounted === 'first') change = exchange('other');
          else if (waitsForDisk && mounted === 'other') change = exchange('first');
        },
      },
    );
    await change;
    assert.equal(outcome, 'placed');
    assert.equal(await readFile(target, 'utf8'), 'whole');
    assert.equal(said[0], `The folder ${folder} cannot be written to.`);
    await traces.remove(attempt);
    assert.deepEqual((await readdir(folder)).sort(), ['clip.mp4', 'lost+found']);
  });
});
