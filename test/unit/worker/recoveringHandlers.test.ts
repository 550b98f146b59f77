import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { ownerOf } from '../../../src/files/ownerOf.ts';
import { placingFs } from '../../../src/files/placingFs.ts';
import type { FileIdentity } from '../../../src/protocol/fileState.ts';
import { processStart } from '../../../src/worker/processTable.ts';
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
  function scratch(state = 'state'): Scratch {
    return new Scratch({
      stateDir: path.join(root, state),
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
      onDamaged: () => undefined,
    });
  }

  const context = { signal: AbortSignal.timeout(10_000) };
  const handlersOf = (state?: string): ReturnType<typeof recoveringHandlers> =>
    recoveringHandlers({ scratch: scratch(state), fs: placingFs, settings: defaultWorkerSettings });

  function recover(target = path.join(disk, 'clip.mp4'), state?: string): Promise<{ outcome: string }> {
    const handlers = handlersOf(state);
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

  describe('of which a copy of the state folder tells', () => {
    beforeEach(async function () {
      if (ownerOf(root).born === '0') this.skip();
      await cp(path.join(root, 'state'), path.join(root, 'copied'), {
        recursive: true,
        preserveTimestamps: true,
      });
    });

    it('is left to the first daemon, which may be at work', async () => {
      assert.equal((await recover(undefined, 'copied')).outcome, 'gone');
      assert.equal(await readFile(staged, 'utf8'), 'a film');
      assert.equal((await recover()).outcome, 'placed');
      assert.equal((await recover(undefined, 'copied')).outcome, 'placed');
    });

    it('is not swept, nor is its ffmpeg ended', async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      const ended = once(child, 'exit');
      try {
        await once(child, 'spawn');
        const { pid = 0 } = child;
        const start = (await processStart(pid)) ?? '';
        const asked = { pid, processStart: start, directory: path.dirname(staged) };
        assert.deepEqual(await handlersOf('copied')['process.reap'](asked, context), { ended: false });
        assert.equal(await processStart(pid), start);
        assert.equal(await readFile(staged, 'utf8'), 'a film');
      } finally {
        child.kill('SIGKILL');
        await ended;
      }
    });
  });
});
