import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openThreadedStore } from '../../../../src/coordinator/store/threadedStore.ts';
import { storedJob } from '../fixtures.ts';
import { ManualTimers } from '../manualTimers.ts';

describe('the file of a database that rests', () => {
  let directory: string;
  let file: string;
  const timers = new ManualTimers();

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-store-'));
    file = path.join(directory, 'store.sqlite');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is opened again only where it is the same', async () => {
    const store = await openThreadedStore({
      store: { dialect: 'sqlite', file, programVersion: '1.2.3' },
      onCrash: (error) => {
        throw error;
      },
      restAfterMs: () => 1_000,
      timers,
    });
    await store.submit(storedJob('a'));
    while (existsSync(`${file}-wal`)) {
      timers.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const backup = `${file}.backup`;
    const away = `${file}.away`;
    await copyFile(file, backup);
    await rename(file, away);
    await assert.rejects(store.submit(storedJob('b')), /was deleted or moved under the daemon/);
    assert.equal(existsSync(file), false, 'no new one is made');
    await rename(backup, file);
    await assert.rejects(store.submit(storedJob('b')), /was replaced under the daemon/);
    await rename(away, file);
    await store.submit(storedJob('b'));
    assert.equal((await store.counts()).waiting, 2);
    await store.close();
  });
});
