import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { processStart, reapProcess } from '../../../src/worker/processTable.ts';
import { Workshop } from './support/workshop.ts';

describe('worker: process table', () => {
  let child: ChildProcess;
  let pid: number;

  beforeEach(async () => {
    child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
      detached: true,
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    pid = child.pid ?? 0;
  });
  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('gives a process the same start time always, and others another', async () => {
    const start = await processStart(pid);
    assert.ok(start);
    assert.equal(await processStart(pid), start);
    assert.notEqual(await processStart(process.pid), start);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(await processStart(pid), undefined);
  });

  it('ends the process that it was told of', async () => {
    const start = await processStart(pid);
    assert.ok(start);
    assert.equal(await reapProcess(pid, start, { waitMs: 3_000, lookMs: 20 }), true);
    assert.equal(await reapProcess(pid, start, { waitMs: 3_000, lookMs: 20 }), false);
  });

  it('leaves a process with another start time alone', async () => {
    assert.equal(await reapProcess(pid, 'another time', { waitMs: 3_000, lookMs: 20 }), false);
    assert.equal(await reapProcess(pid, '', { waitMs: 3_000, lookMs: 20 }), false);
    assert.ok(await processStart(pid));
  });

  it('is asked by the coordinator, with the folder of the attempt to remove', async function () {
    this.timeout(30_000);
    const shop = await Workshop.openProved();
    try {
      const { coordinator } = shop.hire();
      const staged = path.join(shop.stateDir, 'scratch', 'attempts', '.dffmpeg-t1-1.part', 'result.mp4');
      await mkdir(path.dirname(staged), { recursive: true });
      await writeFile(staged, 'half a film');
      const start = (await processStart(pid)) ?? '';
      const reap = (directory: string) =>
        coordinator.peer.request('process.reap', { pid, processStart: start, directory });
      const precious = shop.path('precious', 'film.mp4');
      await mkdir(path.dirname(precious));
      await writeFile(precious, 'mine');
      for (const folder of [path.dirname(precious), path.join(path.dirname(staged), '..'), shop.stateDir])
        await assert.rejects(reap(folder), { code: 'request-invalid' });
      assert.ok((await stat(precious)).size > 0);
      assert.deepEqual(await reap(path.dirname(staged)), { ended: true });
      await assert.rejects(stat(path.dirname(staged)), { code: 'ENOENT' });
    } finally {
      await shop.close();
    }
  });
});
