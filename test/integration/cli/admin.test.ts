import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Channel } from '../../../src/protocol/channel.ts';
import {
  errorOutputSchema,
  pairingOutputSchema,
  reencryptOutputSchema,
  userKeyOutputSchema,
  usersOutputSchema,
} from '../../../src/cli/jsonOutput.ts';
import { pairWith } from '../../../src/transport/pairWith.ts';
import { connectWebSocket } from '../../../src/transport/websocketClient.ts';
import { Sandbox } from './harness.ts';

describe('dffmpeg admin', function () {
  this.timeout(60_000);
  let box: Sandbox;

  before(async () => {
    box = await Sandbox.create();
  });

  after(() => box.remove());

  const keyIn = (file: string): string => readFileSync(box.file(file), 'utf8').trim();
  const connect = (identity: string, key: string): Promise<Channel> =>
    connectWebSocket({ url: box.discovery().url, identity, key, timeoutMs: 20_000 });
  const closed = (channel: Channel): Promise<number> =>
    new Promise((resolve) => channel.onClose(({ code }) => resolve(code)));
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await box.run(['admin', ...args]);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  it('lets a machine in with the key that it wrote into a file of this account alone', async () => {
    const said = await run('user', 'add', 'node', '--role', 'worker', '--key-file', 'node.key');
    assert.equal(said, `node may connect as worker. Its key is in ${box.file('node.key')}.\n`);
    if (process.platform !== 'win32') assert.equal(statSync(box.file('node.key')).mode & 0o777, 0o600);
    (await connect('node', keyIn('node.key'))).close();
    await assert.rejects(connect('node', 'x'.repeat(43)), { code: 'unauthorized' });
    const { users } = await box.json(usersOutputSchema, ['admin', 'user', 'list']);
    assert.deepEqual(
      users.map(({ id, role, ranges, disabled }) => [id, role, ranges, disabled]),
      [['node', 'worker', [], false]],
    );
    assert.match(
      await run('user', 'list'),
      /^NAME +ROLE +MAY COME FROM +LAST SEEN\nnode +worker +everywhere +just now\n$/,
    );
    assert.match(
      await run('user', 'show', 'node'),
      /^name +node\nrole +worker\nfrom +everywhere\nstate +may connect\n/,
    );
  });

  it('writes no key into a pipe, over a file, or for who is there already', async () => {
    const piped = await box.run(['admin', 'user', 'add', 'other', '--role', 'worker']);
    assert.equal(piped.code, 2);
    assert.match(piped.stderr, /A key is not written into a pipe or a log\.\n.*--key-file/);
    await box.write('taken', 'mine');
    const over = await box.run(['admin', 'user', 'add', 'other', '--role', 'worker', '--key-file', 'taken']);
    assert.deepEqual([over.code, readFileSync(box.file('taken'), 'utf8')], [2, 'mine']);
    const twice = ['admin', 'user', 'add', 'node', '--role', 'worker', '--key-file', 'twice'];
    const { error } = await box.json(errorOutputSchema, twice);
    assert.deepEqual([error.code, existsSync(box.file('twice'))], ['conflict', false]);
    const range = [
      'admin',
      'user',
      'add',
      'x',
      '--role',
      'worker',
      '--from',
      '192.0.2.0/99',
      '--key-file',
      'x',
    ];
    assert.equal((await box.run(range)).code, 2);
    for (const wrong of [['a b'], ['x', '--role', 'king'], ['x']])
      assert.equal((await box.run(['admin', 'user', 'add', ...wrong])).code, 2, wrong.join(' '));
    const { users } = await box.json(usersOutputSchema, ['admin', 'user', 'list']);
    assert.equal(users.length, 1);
  });

  it('changes keys and scopes, which closes what was open, and deletes', async () => {
    const add = ['admin', 'user', 'add', 'roving', '--role', 'client', '--key-file', 'roving.key'];
    const { user, keyFile } = await box.json(userKeyOutputSchema, [...add, '--from', '127.0.0.0/8', '::1']);
    assert.deepEqual([user.ranges, keyFile], [['127.0.0.0/8', '::1'], box.file('roving.key')]);
    let channel = await connect('roving', keyIn('roving.key'));
    let end = closed(channel);
    assert.match(
      await run('user', 'set-scope', 'roving', '--from', '192.0.2.0/24'),
      /roving may come from 192\.0\.2\.0\/24\. What it had open is closed\./,
    );
    assert.equal(await end, 1008);
    await assert.rejects(connect('roving', keyIn('roving.key')), { code: 'unauthorized' });
    await run('user', 'set-scope', 'roving', '--anywhere', '--disable');
    await assert.rejects(connect('roving', keyIn('roving.key')), { code: 'unauthorized' });
    await run('user', 'set-scope', 'roving', '--enable');
    channel = await connect('roving', keyIn('roving.key'));
    end = closed(channel);
    await run('user', 'rotate-key', 'roving', '--key-file', 'roving2.key');
    assert.equal(await end, 1008);
    await assert.rejects(connect('roving', keyIn('roving.key')), { code: 'unauthorized' });
    channel = await connect('roving', keyIn('roving2.key'));
    end = closed(channel);
    await run('user', 'delete', 'roving');
    assert.equal(await end, 1008);
    for (const args of [
      ['delete', 'roving'],
      ['show', 'roving'],
      ['set-scope', 'roving', '--enable'],
    ])
      assert.equal((await box.run(['admin', 'user', ...args])).code, 1, args.join(' '));
    assert.equal((await box.run(['admin', 'user', 'set-scope', 'node'])).code, 2);
  });

  it('seals the keys anew: a new key file, and the same keys', async () => {
    const file = path.join(box.stateDir, 'identities.key');
    const before = readFileSync(file, 'utf8');
    assert.deepEqual(await box.json(reencryptOutputSchema, ['admin', 'keys', 're-encrypt']), { count: 1 });
    const after = readFileSync(file, 'utf8');
    assert.notEqual(after, before);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    (await connect('node', keyIn('node.key'))).close();
  });

  it('pairs a machine with a code, once', async () => {
    const { code } = await box.json(pairingOutputSchema, ['worker', 'pair']);
    const { url } = box.discovery();
    const { id, key, role } = await pairWith({ url, code, name: 'Farm 7', timeoutMs: 20_000 });
    assert.deepEqual([id, role], ['farm-7', 'worker']);
    (await connect(id, key)).close();
    await assert.rejects(pairWith({ url, code, name: 'Farm 8' }), { code: 'unauthorized' });
    assert.match(await run('user', 'show', 'farm-7'), /^machine +Farm 7$/m);
    const person = await box.run(['worker', 'pair']);
    assert.match(
      person.stdout,
      /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}\nGood once, for 10 min\.\nNo other machine can connect/,
    );
  });

  it('says that the key file is lost, and leaves the person at this machine in', async () => {
    const { pid } = box.discovery();
    process.kill(pid, 'SIGKILL');
    await box.write('state/identities.key', 'gone');
    const { error } = await box.json(errorOutputSchema, ['admin', 'keys', 're-encrypt']);
    assert.deepEqual(
      [error.code, /cannot be read as a key file/.test(error.message)],
      ['keys-unreadable', true],
    );
    assert.ok(error.hint?.includes('backup'));
    await assert.rejects(connect('node', keyIn('node.key')), { code: 'unauthorized' });
    await run('user', 'delete', 'node', 'farm-7');
    await run('user', 'list');
  });
});
