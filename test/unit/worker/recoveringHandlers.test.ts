import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { placingFs } from '../../../src/files/placingFs.ts';
import type { FileIdentity } from '../../../src/protocol/workerContract.ts';
import { recoveringHandlers } from '../../../src/worker/recoveringHandlers.ts';
import { Scratch } from '../../../src/worker/scratch.ts';
import { defaultWorkerSettings } from '../../../src/worker/workerSettings.ts';

describe('a granted placement of an earlier worker', () => {
  let root: string;
  let disk: string;
  let staged: string;
  let identity: FileIdentity;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-recovering-'));
    disk = path.join(root, 'disk');
    // As `stage` makes it on a disk that is not that of the scratch folder.
    const attempt = path.join(disk, '.dffmpeg-t1-1.part');
    await mkdir(disk);
    await scratch().traces.note(attempt);
    await mkdir(attempt);
    staged = path.join(attempt, 'result.mp4');
    await writeFile(staged, 'a film');
    identity = await identityOf(staged);
  });
  afterEach(() => rm(root, { recursive: true }));

  /** One that knows only what the earlier one wrote down. */
  function scratch(): Scratch {
    return new Scratch({
      stateDir: path.join(root, 'state'),
      settings: {
        scratchFolder: '',
        placementKeepDays: 30,
        diskLookSeconds: 0.02,
        placeRetryFactor: 2,
        placeRetryMaxSeconds: 1,
      },
      isRunning: () => false,
      onError: (error) => {
        throw error;
      },
    });
  }

  function recover(target = path.join(disk, 'clip.mp4')): Promise<{ outcome: string }> {
    const settings = defaultWorkerSettings;
    const handlers = recoveringHandlers({ scratch: scratch(), fs: placingFs, settings });
    const context = { signal: AbortSignal.timeout(10_000) };
    return handlers['placement.recover']({ staged, identity, path: target }, context);
  }

  for (const [what, mountPoint] of [
    ['is gone with its mount point', false],
    ['leaves an empty mount point', true],
  ] as const)
    it(`waits for its disk when that ${what}, and is placed when it is back`, async () => {
      await rename(disk, `${disk}-away`);
      if (mountPoint) await mkdir(disk);
      await assert.rejects(recover(), { code: 'destination-away' });
      if (mountPoint) assert.deepEqual(await readdir(disk), []);
      if (mountPoint) await rmdir(disk);
      await rename(`${disk}-away`, disk);
      assert.equal((await recover()).outcome, 'placed');
      assert.deepEqual(await readdir(disk), ['clip.mp4']);
      assert.equal(await readFile(path.join(disk, 'clip.mp4'), 'utf8'), 'a film');
    });

  it('is not placed where its folder leads into the daemon’s own by now, and is kept', async () => {
    const own = path.join(root, 'state', 'scratch', 'inquiries');
    await mkdir(own, { recursive: true });
    await symlink(own, path.join(root, 'results'));
    await assert.rejects(recover(path.join(root, 'results', 'clip.mp4')), { code: 'destination-unwritable' });
    assert.deepEqual(await readdir(own), []);
    assert.equal(await readFile(staged, 'utf8'), 'a film');
  });

  it('is gone where its disk is there and it is not', async () => {
    await rm(staged);
    assert.equal((await recover()).outcome, 'gone');
    assert.deepEqual(await readdir(disk), []);
  });
});
