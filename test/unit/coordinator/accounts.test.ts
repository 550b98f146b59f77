import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Accounts } from '../../../src/coordinator/accounts/accounts.ts';
import type { AccountStore } from '../../../src/coordinator/accountStore.ts';
import type { Store } from '../../../src/coordinator/store.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';

describe('identities', () => {
  let directory: string;
  let keyFile: string;
  let store: Store;
  let accounts: Accounts;
  let log: string[];
  let now: number;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-accounts-'));
    keyFile = path.join(directory, 'identities.key');
    store = await openSqliteStore({ file: path.join(directory, 'store.sqlite'), programVersion: '1.0.0' });
    log = [];
    now = 1000;
    accounts = begin();
  });

  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  /** As after a restart. */
  function begin(over: AccountStore = store): Accounts {
    return new Accounts({ store: over, keyFile, clock: () => now, log: (line) => log.push(line) });
  }
  const node = { id: 'node', name: 'Node 1', role: 'worker' as const };
  const keyOf = async (id: string, from = accounts): Promise<string | undefined> =>
    (await from.authenticate(id))?.key;
  const without = (method: 'resealIdentities', fail: () => Promise<void>): AccountStore =>
    new Proxy(store, {
      get: (target, name) =>
        name === method ? fail : (target[name as keyof Store] as () => unknown).bind(target),
    });

  it('are known by their key, role and addresses, also after a restart; others are not', async () => {
    const { identity, key } = await accounts.add({ ...node, ranges: ['192.0.2.0/24'] });
    assert.match(key, /^[\w-]{43}$/);
    assert.deepEqual(identity, { ...node, ranges: ['192.0.2.0/24'], disabled: false, createdAt: 1000 });
    const credential = await begin().authenticate('node');
    assert.deepEqual([credential?.key, credential?.role], [key, 'worker']);
    assert.deepEqual(
      ['192.0.2.9', '::ffff:192.0.2.9', '192.0.3.9', '127.0.0.1'].map((each) =>
        credential?.mayComeFrom?.(each),
      ),
      [true, true, false, false],
    );
    assert.equal(await accounts.authenticate('nobody'), undefined);
  });

  it('have keys that nobody reads from the database or its backup', async () => {
    const { key } = await accounts.add(node);
    await store.close();
    const stored = await readFile(path.join(directory, 'store.sqlite'));
    assert.ok(stored.includes('Node 1') && !stored.includes(key));
    assert.ok(!(await readFile(keyFile)).includes(key));
    if (process.platform !== 'win32') assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
    store = await openSqliteStore({ file: path.join(directory, 'store.sqlite'), programVersion: '1.0.0' });
  });

  it('are one of each id, and never who DFFmpeg needs itself', async () => {
    await accounts.add(node);
    await assert.rejects(accounts.add(node), { code: 'conflict' });
    for (const id of ['local', 'pair-abcd'])
      await assert.rejects(accounts.add({ ...node, id }), { code: 'request-invalid' });
    await assert.rejects(accounts.add({ ...node, id: 'x', ranges: ['192.0.2.0/40'] }), {
      code: 'request-invalid',
      message: /192\.0\.2\.0\/40/,
    });
    assert.deepEqual((await accounts.list()).map(({ id }) => id), ['node']); // prettier-ignore
  });

  it('lose what they had open when key or scope changes or they are deleted, and then are let in anew or not', async () => {
    const { key } = await accounts.add(node);
    const revoked: string[] = [];
    accounts.revoked.on((id) => revoked.push(id));
    const rotated = await accounts.rotateKey('node');
    assert.notEqual(rotated.key, key);
    assert.equal(await keyOf('node'), rotated.key);
    await accounts.setScope('node', { disabled: true });
    assert.equal(await keyOf('node'), undefined);
    await accounts.setScope('node', { disabled: false, ranges: ['192.0.2.1'] });
    assert.equal((await accounts.authenticate('node'))?.mayComeFrom?.('192.0.2.2'), false);
    await accounts.remove('node');
    assert.equal(await keyOf('node'), undefined);
    assert.deepEqual(revoked, ['node', 'node', 'node', 'node']);
    for (const gone of [accounts.remove('node'), accounts.rotateKey('node'), accounts.get('node')])
      await assert.rejects(gone, { code: 'not-found' });
    await assert.rejects(accounts.setScope('node', {}), { code: 'not-found' });
  });

  it('say when they were there last, to the minute', async () => {
    await accounts.add(node);
    await accounts.seen('node');
    now += 59_000;
    await accounts.seen('node');
    assert.equal((await accounts.get('node')).lastSeenAt, 1000);
    now += 1000;
    await accounts.seen('node');
    assert.equal((await accounts.get('node')).lastSeenAt, 61_000);
  });

  it('are refused, and the log says why, when the key file is lost, wrong or no secret', async () => {
    const { key } = await accounts.add(node);
    const kept = await readFile(keyFile);
    const broken: [string, () => Promise<unknown>, RegExp][] = [
      ['lost', () => rm(keyFile), /missing/],
      ['of another queue', () => otherKeyFile(), /was not sealed/],
      ['no key file', () => writeFile(keyFile, '{}'), /cannot be read as a key file/],
      ['of any length', () => writeFile(keyFile, 'x'.repeat(100_000)), /cannot be read as a key file/],
    ];
    if (process.platform !== 'win32')
      broken.push(['read by others', () => chmod(keyFile, 0o644), /can be read by other accounts/]);
    for (const [name, breakIt, sentence] of broken) {
      await breakIt();
      log.length = 0;
      accounts = begin();
      assert.equal(await keyOf('node'), undefined, name);
      assert.match(log.join(), sentence, name);
      for (const change of [accounts.reencrypt(), accounts.add({ ...node, id: 'next' })])
        await assert.rejects(change, (error) => error instanceof DffmpegError && error.code === 'keys-unreadable' && error.hint !== undefined, name); // prettier-ignore
      await rm(keyFile, { force: true });
      await writeFile(keyFile, kept, { mode: 0o600 });
      assert.equal(await keyOf('node'), key, `${name}: the right one is back`);
    }
    assert.equal((await accounts.list()).length, 1);
  });

  it('begin anew without their key file once all are deleted', async () => {
    await accounts.add(node);
    await rm(keyFile);
    accounts = begin();
    await assert.rejects(accounts.rotateKey('node'), { code: 'keys-unreadable' });
    await accounts.remove('node');
    const { key } = await accounts.add(node);
    assert.equal(await keyOf('node'), key);
  });

  it('do not open with the sealed key of another one', async () => {
    await accounts.add(node);
    await accounts.add({ ...node, id: 'desk', role: 'admin' });
    const stolen = (await store.identity('node'))?.sealedKey;
    await store.changeIdentity('desk', { sealedKey: stolen });
    assert.equal(await keyOf('desk'), undefined);
  });

  describe('sealed anew', () => {
    let keys: (string | undefined)[];
    const ids = ['a', 'b', 'c'];

    beforeEach(async () => {
      keys = [];
      for (const id of ids) keys.push((await accounts.add({ ...node, id })).key);
    });
    const opened = async (from: Accounts): Promise<(string | undefined)[]> =>
      Promise.all(ids.map((id) => keyOf(id, from)));

    it('keep their keys, and the old key file opens nothing', async () => {
      const old = await readFile(keyFile);
      assert.equal(await accounts.reencrypt(), 3);
      assert.deepEqual(await opened(begin()), keys);
      assert.equal((JSON.parse(await readFile(keyFile, 'utf8')) as { keys: unknown[] }).keys.length, 1);
      await writeFile(keyFile, old);
      assert.deepEqual(await opened(begin()), [undefined, undefined, undefined]);
    });

    for (const [name, fail] of [
      ['before it was written', () => Promise.reject(new Error('Killed.'))],
      [
        'after it was written',
        async (...args: Parameters<Store['resealIdentities']>) => {
          await store.resealIdentities(...args);
          throw new Error('Killed.');
        },
      ],
    ] as const)
      // prettier-ignore
      it(`open with what is in the file when that was cut off ${name}, and can be sealed anew again`, async () => {
        await assert.rejects(begin(without('resealIdentities', fail as () => Promise<void>)).reencrypt());
        assert.deepEqual(await opened(begin()), keys);
        assert.equal(await begin().reencrypt(), 3);
        assert.deepEqual(await opened(begin()), keys);
        assert.equal((JSON.parse(await readFile(keyFile, 'utf8')) as { keys: unknown[] }).keys.length, 1);
      });

    it('lose nothing of what changes in the same moment', async () => {
      const [, rotated, added] = await Promise.all([
        accounts.reencrypt(),
        accounts.rotateKey('b'),
        accounts.add({ ...node, id: 'd' }),
        accounts.reencrypt(),
      ]);
      assert.deepEqual(await opened(begin()), [keys[0], rotated.key, keys[2]]);
      assert.equal(await keyOf('d', begin()), added.key);
    });
  });

  async function otherKeyFile(): Promise<void> {
    const other = new Accounts({
      ...{ store: await openSqliteStore({ file: ':memory:', programVersion: '1.0.0' }), keyFile: `${keyFile}.other` },
      ...{ clock: () => now, log: () => undefined },
    }); // prettier-ignore
    await other.add(node);
    await writeFile(keyFile, await readFile(`${keyFile}.other`));
    await rm(`${keyFile}.other`);
  }
});
