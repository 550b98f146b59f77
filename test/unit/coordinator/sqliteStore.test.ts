import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { migrate, migrations } from '../../../src/coordinator/store/migrations.ts';
import type { Schema } from '../../../src/coordinator/store/schema.ts';
import { NodeSqliteDialect } from '../../../src/coordinator/store/sqliteDialect.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import { SqlStore } from '../../../src/coordinator/store/sqlStore.ts';
import { toStoreError } from '../../../src/coordinator/store/sqliteErrors.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { preset, probe, storedJob } from './fixtures.ts';
import { describeStore } from './storeContract.ts';

const programVersion = '1.2.3';

async function folder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'dffmpeg-store-'));
}

describeStore('SQLite', async () => {
  const directory = await folder();
  const file = path.join(directory, 'store.sqlite');
  const store = await openSqliteStore({ file, programVersion });
  return {
    store,
    reopen: async () => {
      await store.close();
      return openSqliteStore({ file, programVersion });
    },
    cleanUp: () => rm(directory, { recursive: true }),
  };
});

describe('sqliteStore', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await folder();
    file = path.join(directory, 'store.sqlite');
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('refuses a newer schema, and names the version to install', async () => {
    await (await openSqliteStore({ file, programVersion })).close();
    const database = new DatabaseSync(file);
    database.exec("update meta set value = '99' where name = 'schema'");
    database.exec("update meta set value = '7.8.9' where name = 'program'");
    database.close();
    await assert.rejects(openSqliteStore({ file, programVersion }), (error: unknown) => {
      assert.ok(error instanceof DffmpegError);
      assert.equal(error.code, 'version-mismatch');
      assert.match(error.hint ?? '', /Install DFFmpeg 7\.8\.9/);
      return true;
    });
  });

  it('reads what was stored when a job had one source and one output', async () => {
    const old = new DatabaseSync(file);
    const db = new Kysely<never>({ dialect: new NodeSqliteDialect(old) });
    await migrate(db, '0.1.0', migrations.slice(0, 1));
    const insert = old.prepare(
      `insert into jobs (id, submission_id, revision, state, preset, preset_data, priority, attached, sources,
        outputs, probe, placement, cancelling, fence, created_at) values (?, ?, ?, ?, 'web', ?, 50, 0, ?, ?, ?, ?, 0, 2, 1)`,
    );
    const common = [JSON.stringify(preset), JSON.stringify([{ path: '/a.mov' }])];
    const outputs = JSON.stringify([{ path: '/a.web.mp4', bytes: 3 }]);
    const placement = {
      ...{ taskId: 'a-encode', fence: 2, workerId: 'w1', staged: '/s', path: '/a.web.mp4', bytes: 3 },
      identity: { device: '1', inode: '2' },
      verdict: { level: 'pass', findings: [] },
    };
    insert.run(
      'a',
      's1',
      1,
      'committing',
      ...common,
      outputs,
      JSON.stringify(probe),
      JSON.stringify(placement),
    );
    insert.run('b', 's2', 2, 'done', ...common, outputs, JSON.stringify(probe), null);
    insert.run('c', 's3', 3, 'accepted', ...common, '[]', null, null);
    await db.destroy();

    const store = await openSqliteStore({ file, programVersion });
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => store.job(id)));
    assert.deepEqual(a?.job.probes, [probe]);
    assert.equal(a.job.placement?.output, 0);
    assert.deepEqual(a.job.outputs, [{ path: '/a.web.mp4', bytes: 3, state: 'planned' }]);
    assert.equal(b?.job.outputs[0]?.state, 'placed');
    assert.deepEqual([c?.job.probes, c?.job.outputs], [undefined, []]);
    await store.close();
  });

  it('says in a sentence what is wrong with the database', async () => {
    await writeFile(file, 'this is no database, however long it is made to be');
    await assert.rejects(openSqliteStore({ file, programVersion }), {
      code: 'store-unavailable',
      message: 'The file store.sqlite is no database.',
    });
    await assert.rejects(openSqliteStore({ file: path.join(directory, 'no', 'store'), programVersion }), {
      code: 'store-unavailable',
    });
    const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
    assert.match(String(toStoreError(full)), /disk that holds the queue is full/);
  });

  it('answers a full disk with store-unavailable, and goes on when there is room', async () => {
    const database = new DatabaseSync(file);
    const db = new Kysely<Schema>({ dialect: new NodeSqliteDialect(database) });
    await migrate(db as unknown as Kysely<never>, programVersion);
    const store = new SqlStore(db, { setSync: () => Promise.resolve() });
    const big = (id: string) => storedJob(id, { sources: [{ path: `/${'y'.repeat(4000)}` }] });
    const { page_count: pages } = database.prepare('pragma page_count').get() as { page_count: number };
    // A limit of pages stands for the disk's.
    database.exec(`pragma max_page_count = ${pages + 4}`);
    const ids = Array.from({ length: 8 }, (_, index) => `j${index}`);
    const results = await Promise.allSettled(ids.map((id) => store.submit(big(id))));
    for (const result of results)
      assert.equal(result.status === 'rejected' && (result.reason as DffmpegError).code, 'store-unavailable');
    assert.deepEqual((await store.jobs({ limit: 10 })).jobs, [], 'nothing of the group is there');
    database.exec('pragma max_page_count = 10000');
    await Promise.all(ids.map((id) => store.submit(big(id))));
    assert.equal((await store.jobs({ limit: 10 })).jobs.length, 8);
    await store.close();
  });

  it('refuses rows that this program has not written', async () => {
    const store = await openSqliteStore({ file, programVersion });
    await store.submit(storedJob('a'));
    const other = new DatabaseSync(file);
    other.exec("update jobs set state = 'dancing'");
    await assert.rejects(store.job('a'), (error: unknown) => {
      assert.ok(error instanceof DffmpegError);
      assert.equal(error.code, 'store-unavailable');
      assert.match(error.message, /broken job a: state/);
      return true;
    });
    other.exec("update jobs set state = 'done', sources = '{'");
    other.close();
    await assert.rejects(store.job('a'), { code: 'store-unavailable' });
    await store.close();
  });

  it('keeps others of the machine from reading it', async function () {
    if (process.platform === 'win32') this.skip();
    const store = await openSqliteStore({ file, programVersion });
    await store.submit(storedJob('a'));
    for (const name of [file, `${file}-wal`]) assert.equal((await stat(name)).mode & 0o777, 0o600, name);
    await store.close();
  });
});
