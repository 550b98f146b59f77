import assert from 'node:assert/strict';
import { existsSync, watch } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isProcessAlive } from '../../../src/client/discovery.ts';
import { Sandbox, type Running } from '../cli/harness.ts';

describe('a state folder under its daemon', function () {
  this.timeout(90_000);
  let box: Sandbox;
  let daemon: Running;

  beforeEach(async () => {
    box = await Sandbox.create({ DFFMPEG_STATE_LOOK_SECONDS: '0.2' });
    daemon = box.start(['serve']);
    await daemon.printed('stdout', /ready/);
  });
  afterEach(() => box.remove());
  const storeFile = (): string => path.join(box.stateDir, 'store.sqlite');

  it('that is deleted: the daemon says so and leaves, and the next command starts another', async () => {
    const { pid } = box.discovery();
    // Again, where the daemon has written into it meanwhile.
    await rm(box.stateDir, { recursive: true, maxRetries: 10 });
    await box.clip('clip.mp4');
    // Before the older one has seen it, or after: both is right.
    const { code, stderr } = await box.run(['encode', 'clip.mp4']);
    assert.equal(code, 0, stderr);
    const ended = await daemon.finished;
    assert.equal(ended.code, 0);
    assert.match(ended.stderr, /was deleted or is another daemon’s/);
    assert.notEqual(box.discovery().pid, pid);
    assert.ok(isProcessAlive(box.discovery().pid));
    assert.match((await box.run(['jobs'])).stdout, /done/);
  });

  it('whose database alone is deleted: what is in the queue goes on with the next daemon', async function () {
    // Windows deletes no file that a program has open.
    if (process.platform === 'win32') this.skip();
    await box.clip('clip.mp4');
    assert.equal((await box.run(['encode', 'clip.mp4', '--preset', 'audio'])).code, 0);
    for (const suffix of ['', '-wal', '-shm']) await rm(storeFile() + suffix, { force: true });
    const ended = await daemon.finished;
    assert.equal(ended.code, 0);
    assert.match(ended.stderr, /store\.sqlite was deleted or replaced: nothing new is taken/);
    assert.match(ended.stderr, /store\.sqlite is in its place again/);
    const { stdout, stderr } = await box.run(['jobs']);
    assert.match(stdout, /done/, stderr);
    assert.equal((await box.run(['encode', 'clip.mp4', '--preset', 'audio'])).code, 0);
    assert.equal((await box.run(['jobs'])).stdout.match(/done/g)?.length, 2);
  });

  it('whose database is replaced takes nothing more, and keeps what it knew', async function () {
    if (process.platform === 'win32') this.skip();
    await box.clip('clip.mp4');
    const { stdout } = await box.run(['encode', 'clip.mp4', '--preset', 'audio', '--detach']);
    await box.run(['job', 'logs', stdout.trim(), '--follow']);
    await writeFile(`${storeFile()}.other`, 'somebody else’s');
    await rename(`${storeFile()}.other`, storeFile());
    const ended = await daemon.finished;
    const [, saved = ''] = /is kept at (\S+\.sqlite)/.exec(ended.stderr) ?? [];
    assert.equal(await readFile(storeFile(), 'utf8'), 'somebody else’s');
    await rename(saved, storeFile());
    assert.match((await box.run(['jobs'])).stdout, /done/);
  });

  it('whose database is damaged: the next one ends at once, and says so', async () => {
    await box.clip('clip.mp4');
    assert.equal((await box.run(['encode', 'clip.mp4', '--preset', 'audio'])).code, 0);
    await box.run(['stop']);
    await daemon.finished;
    const whole = await readFile(storeFile());
    // The pages of each table in turn: what is read first differs.
    for (let page = 2; page < whole.length / 4096; page += 6) {
      const damaged = Buffer.from(whole).fill(0xff, page * 4096, (page + 1) * 4096);
      await writeFile(storeFile(), damaged);
      const started = box.start(['serve']);
      const { code } = await Promise.race([
        started.finished,
        started.printed('stdout', /ready/).then(() => ({ code: 0 })),
      ]);
      if (code === 0) await box.run(['stop']);
      else assert.match(started.stderr, /The queue’s database is damaged|has a broken/);
      await started.finished;
    }
  });

  it('whose discovery file alone is deleted gets it again', async () => {
    const before = box.discovery();
    const again = box.nextDaemon(0);
    await rm(path.join(box.stateDir, 'daemon.json'));
    await daemon.printed('stderr', /was gone and is written again/);
    assert.deepEqual(await again, before);
    assert.equal((await box.run(['jobs'])).code, 0);
    assert.equal(box.discovery().pid, before.pid);
  });
});

describe('a database that is deleted while the daemon has it closed', function () {
  this.timeout(90_000);

  it('is not made anew by that daemon: commands say so, and it can be ended', async () => {
    const box = await Sandbox.create({ DFFMPEG_STORE_REST_SECONDS: '1' });
    try {
      const daemon = box.start(['serve']);
      await daemon.printed('stdout', /ready/);
      const file = path.join(box.stateDir, 'store.sqlite');
      await untilGone(`${file}-wal`);
      await rm(file);
      const { code, stderr } = await box.run(['stop']);
      assert.notEqual(code, 0);
      assert.match(stderr, /was deleted or moved under the daemon[\s\S]*dffmpeg stop --now/);
      assert.equal(existsSync(file), false);
      assert.equal((await box.run(['stop', '--now'])).code, 0);
      await daemon.finished;
      assert.equal((await box.run(['jobs'])).code, 0);
    } finally {
      await box.remove();
    }
  });
});

/** SQLite removes its log with the last connection. */
function untilGone(file: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (existsSync(file)) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(path.dirname(file), look);
    look();
  });
}
