import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { acquireLock, tryLock } from '../../../src/files/lock.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';

describe('lock', () => {
  const lookMs = 10;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-lock-'));
    file = path.join(folder, 'daemon.lock');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is held once, also within one process', async () => {
    const lock = await acquireLock(file, { lookMs });
    assert.equal(tryLock(file), undefined);
    await assert.rejects(
      acquireLock(file, { lookMs, waitMs: 0 }),
      (error: DffmpegError) => error.code === 'conflict',
    );
    lock.release();
    lock.release();
    const again = tryLock(file);
    assert.ok(again);
    again.release();
  });

  it('waits until the holder releases', async () => {
    const lock = await acquireLock(file, { lookMs });
    const waiting = acquireLock(file, { lookMs, waitMs: 10_000 });
    lock.release();
    (await waiting).release();
  });

  it('stops waiting when asked to', async () => {
    const lock = await acquireLock(file, { lookMs });
    const stop = new AbortController();
    const waiting = acquireLock(file, { lookMs, signal: stop.signal });
    stop.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    lock.release();
  });

  it('dies with a process that is killed', async () => {
    const script = `const {tryLock} = await import(process.argv[1]);
      globalThis.lock = tryLock(process.argv[2]); console.log(lock ? 'held' : 'not held'); setInterval(() => {}, 1e6);`;
    const module = new URL('../../../src/files/lock.ts', import.meta.url).href;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, module, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(holder.stdout, 'data')) as [Buffer];
    assert.equal(line.toString().trim(), 'held');
    assert.equal(tryLock(file), undefined);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = tryLock(file);
    assert.ok(lock);
    lock.release();
  });
});
