import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { Store } from '../../../../src/coordinator/store.ts';
import { migrate } from '../../../../src/coordinator/store/migrations.ts';
import type { Schema } from '../../../../src/coordinator/store/schema.ts';
import { NodeSqliteDialect } from '../../../../src/coordinator/store/sqliteDialect.ts';
import { openDatabase, openSqliteStore, storeOver } from '../../../../src/coordinator/store/sqliteStore.ts';
import { SqlStore } from '../../../../src/coordinator/store/sqlStore.ts';
import { toStoreError } from '../../../../src/coordinator/store/sqliteErrors.ts';
import { DffmpegError } from '../../../../src/protocol/errors.ts';
import { storedJob } from '../fixtures.ts';
import { storeContract } from './contract.ts';

const programVersion = '1.2.3';

async function folder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'dffmpeg-store-'));
}

const databases = new WeakMap<Store, DatabaseSync>();

/** A limit of pages stands for the disk's. */
function fill(store: Store): Promise<() => Promise<void>> {
  const database = databases.get(store);
  const { page_count: pages } = database?.prepare('pragma page_count').get() as { page_count: number };
  database?.exec(`pragma max_page_count = ${pages + 4}`);
  return Promise.resolve(() => {
    database?.exec('pragma max_page_count = 100000');
    return Promise.resolve();
  });
}

storeContract(
  'SQLite',
  async () => {
    const directory = await folder();
    const file = path.join(directory, 'store.sqlite');
    return {
      open: async () => {
        const database = openDatabase(file);
        const store = await storeOver(database, programVersion);
        databases.set(store, database);
        return store;
      },
      tables: () => new Kysely<never>({ dialect: new NodeSqliteDialect(openDatabase(file)) }),
      cleanUp: () => rm(directory, { recursive: true }),
    };
  },
  { fill },
);

describe('sqliteStore', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await folder();
    file = path.join(directory, 'store.sqlite');
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('waits for another program that holds it as long as the setting says', async () => {
    const other = openDatabase(file);
    other.exec('create table other (x)');
    other.exec('begin exclusive');
    const begin = performance.now();
    await assert.rejects(openSqliteStore({ file, programVersion, busyTimeoutMs: 300 }), {
      code: 'store-unavailable',
    });
    assert.ok(performance.now() - begin >= 290);
    other.close();
  });

  it('says in a sentence what is wrong with the database', async () => {
    await writeFile(file, 'this is no database, however long it is made to be');
    await chmod(file, 0o644);
    await assert.rejects(openSqliteStore({ file, programVersion }), {
      code: 'store-unavailable',
      message: 'The file store.sqlite is no database.',
    });
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o644);
    await assert.rejects(openSqliteStore({ file: path.join(directory, 'no', 'store'), programVersion }), {
      code: 'store-unavailable',
    });
    const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
    assert.match(String(toStoreError(full)), /disk that holds the queue is full/);
  });

  it('leaves another program’s database as it is', async () => {
    const foreign = [
      'create table jobs (x)',
      'create table meta (name, value, more)',
      'create table meta (name, value)',
      'pragma application_id = 7',
    ];
    for (const made of foreign) {
      const other = new DatabaseSync(file);
      other.exec(`${made}; create table its_own (x)`);
      other.close();
      await chmod(file, 0o640);
      const before = await readFile(file);
      await assert.rejects(openSqliteStore({ file, programVersion }), {
        code: 'store-unavailable',
        message: `${file} is another program’s database; it was left as it is.`,
      });
      assert.deepEqual(await readFile(file), before);
      if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o640);
      assert.deepEqual(await readdir(directory), ['store.sqlite']);
      await rm(file);
    }
  });

  it('has a number that says whose it is; one from before there was one gets it', async () => {
    const numberOf = (): number => {
      const database = new DatabaseSync(file, { readOnly: true });
      const { application_id: number } = database.prepare('pragma application_id').get() ?? {};
      database.close();
      return Number(number);
    };
    const first = await openSqliteStore({ file, programVersion });
    await first.submit(storedJob('a'));
    assert.equal(numberOf(), 0x4446464d);
    await first.close();
    const old = new DatabaseSync(file);
    old.exec('pragma application_id = 0');
    old.close();
    const again = await openSqliteStore({ file, programVersion });
    assert.equal((await again.counts()).waiting, 1);
    await again.close();
    assert.equal(numberOf(), 0x4446464d);
  });

  it('goes on with one whose first start was cut off before its first table was filled', async () => {
    const old = new DatabaseSync(file);
    old.exec('create table meta (name varchar(64) primary key, value text not null)');
    old.close();
    const store = await openSqliteStore({ file, programVersion });
    assert.equal((await store.counts()).waiting, 0);
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

  it('reads jobs together that are asked for one by one, and one that is broken alone', async () => {
    let reads = 0;
    const db = new Kysely<Schema>({
      dialect: new NodeSqliteDialect(openDatabase(file)),
      log: ({ query }) => {
        if (query.sql.startsWith('select')) reads += 1;
      },
    });
    await migrate(db as unknown as Kysely<never>, programVersion);
    const store = new SqlStore(db, { setSync: () => Promise.resolve() });
    const ids = Array.from({ length: 600 }, (_, index) => `job${index}`);
    await Promise.all(ids.map((id) => store.submit(storedJob(id))));
    const asked = [...ids, 'none', 'job7'];
    reads = 0;
    const found = await Promise.all(asked.map((id) => store.job(id)));
    assert.deepEqual(
      found.map((stored) => stored?.job.id),
      asked.map((id) => (id === 'none' ? undefined : id)),
    );
    assert.deepEqual(found[3], await store.job('job3'));
    assert.ok(reads < 20, `${reads} statements`);
    const other = new DatabaseSync(file);
    other.exec("update jobs set state = 'dancing' where id = 'job1'");
    other.close();
    const some = await Promise.allSettled(['job0', 'job1', 'job2'].map((id) => store.job(id)));
    assert.deepEqual(
      some.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    await store.close();
  });

  it('reads of results that replaced their source no more than where they lie', async () => {
    const store = await openSqliteStore({ file, programVersion });
    const source = { identity: { device: '1', inode: '2' }, bytes: 1, modified: '1' };
    const result = { identity: { device: '1', inode: '3' }, bytes: 1 };
    for (const state of ['replaced', 'expired', 'undone'] as const)
      await store.submit(
        storedJob(state, {
          state: 'done',
          onSuccess: 'replace',
          outputs: [{ state: 'placed', path: `/${state}.mp4` }],
          replacement: { state, workerId: 'w', home: '/x', source, result },
        }),
      );
    const other = new DatabaseSync(file);
    other.exec("update jobs set probes = 'no JSON', preset_data = 'none either'");
    other.close();
    assert.deepEqual((await store.replacedPaths()).sort(), ['/expired.mp4', '/replaced.mp4']);
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
