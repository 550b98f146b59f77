import assert from 'node:assert/strict';
import { access, mkdtemp, rm } from 'node:fs/promises';
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
import { ManualTimers } from '../manualTimers.ts';
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

  describe('that rests', () => {
    const restAfterMs = (): number => 1_000;
    const exists = (name: string): Promise<boolean> =>
      access(path.join(directory, name)).then(
        () => true,
        () => false,
      );

    /** SQLite removes its log with the last connection. What came while the time ran gives it another round. */
    async function restsAfter(timers: ManualTimers): Promise<void> {
      while (await exists('store.sqlite-wal')) timers.advance(1_000);
    }

    it('closes the database when nobody has asked for anything, and opens it for the next question', async () => {
      const timers = new ManualTimers();
      const store = await open({ restAfterMs, timers });
      await store.submit(storedJob('a'));
      assert.equal(await exists('store.sqlite-wal'), true);
      await restsAfter(timers);
      const [counts, revision, job] = await Promise.all([store.counts(), store.revision(), store.job('a')]);
      assert.deepEqual([counts.waiting, revision > 0, job?.job.id], [1, true, 'a']);
      await restsAfter(timers);
      await store.submit(storedJob('b'));
      await store.close();
      assert.deepEqual(crashes, []);
    });

    it('answers what is asked in the very moment it goes to rest', async () => {
      const timers = new ManualTimers();
      const store = await open({ restAfterMs, timers });
      for (let job = 0; job < 2; job += 1) {
        await store.submit(storedJob(`j${job}`));
        timers.advance(1_000);
        timers.advance(1_000);
        assert.equal((await store.counts()).waiting, job + 1);
      }
      await store.close();
      assert.deepEqual(crashes, []);
    });

    it('does not rest while it works, nor after a question that came meanwhile', async () => {
      const timers = new ManualTimers();
      const store = await open({ restAfterMs, timers });
      await store.submit(storedJob('a'));
      const answers = Promise.all(
        Array.from({ length: 50 }, (_, index) => store.submit(storedJob(`b${index}`))),
      );
      timers.advance(1_000);
      await answers;
      timers.advance(1_000);
      assert.equal(await exists('store.sqlite-wal'), true);
      assert.equal((await store.counts()).waiting, 51);
      await store.close();
      assert.equal(timers.pending, 0);
    });
  });
});
