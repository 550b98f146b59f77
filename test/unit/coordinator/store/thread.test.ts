import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Kysely } from 'kysely';
import { NodeSqliteDialect } from '../../../../src/coordinator/store/sqliteDialect.ts';
import { openDatabase } from '../../../../src/coordinator/store/sqliteStore.ts';
import {
  openThreadedStore,
  type ThreadedStoreOptions,
} from '../../../../src/coordinator/store/threadedStore.ts';
import type { DffmpegError } from '../../../../src/protocol/errors.ts';
import { storedJob } from '../fixtures.ts';
import { storeContract } from './contract.ts';

const programVersion = '1.2.3';

storeContract('SQLite in a thread', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-store-'));
  const file = path.join(directory, 'store.sqlite');
  return {
    open: () =>
      openThreadedStore({
        store: { dialect: 'sqlite', file, programVersion },
        onCrash: (error) => {
          throw error;
        },
      }),
    tables: () => new Kysely<never>({ dialect: new NodeSqliteDialect(openDatabase(file)) }),
    cleanUp: () => rm(directory, { recursive: true }),
  };
});

describe('a store’s thread', () => {
  let directory: string;
  const crashes: DffmpegError[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-store-'));
    crashes.splice(0);
  });

  afterEach(() => rm(directory, { recursive: true }));

  const open = (changes: Partial<ThreadedStoreOptions> = {}) =>
    openThreadedStore({
      store: { dialect: 'sqlite', file: path.join(directory, 'store.sqlite'), programVersion },
      onCrash: (error) => crashes.push(error),
      ...changes,
    });

  it('answers what was asked before it was closed, and nothing after', async () => {
    const store = await open();
    const ids = Array.from({ length: 30 }, (_, index) => `j${index}`);
    const answers = Promise.all(ids.map((id) => store.submit(storedJob(id))));
    await store.close();
    assert.equal((await answers).length, 30);
    await assert.rejects(store.counts(), { code: 'store-unavailable' });
    assert.deepEqual(crashes, []);
    const again = await open();
    assert.equal((await again.counts()).waiting, 30);
    await again.close();
  });

  it('refuses what was under way when it ends unasked, says so once, and is started again', async () => {
    const entry = new URL('crashingThread.ts', import.meta.url);
    const store = await open({ entry, restartPauseMs: 0 });
    await store.submit(storedJob('a'));
    // What the thread of this test takes for its end.
    const all = await Promise.allSettled([store.rank(Number.NaN), store.revision(), store.job('a')]);
    for (const result of all)
      assert.equal(result.status === 'rejected' && (result.reason as DffmpegError).code, 'store-unavailable');
    assert.equal(crashes.length, 1);
    assert.match(crashes[0]?.message ?? '', /has ended/);
    assert.equal((await store.job('a'))?.job.id, 'a');
    await store.close();
    assert.equal(crashes.length, 1);
  });

  it('does not start again at once what has just ended', async () => {
    const entry = new URL('crashingThread.ts', import.meta.url);
    const store = await open({ entry, restartPauseMs: 3_600_000 });
    await assert.rejects(store.rank(Number.NaN), { code: 'store-unavailable' });
    await assert.rejects(store.revision(), /stopped unexpectedly/);
    await store.close();
  });
});
