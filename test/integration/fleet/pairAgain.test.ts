import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pairingOutputSchema, usersOutputSchema } from '../../../src/cli/jsonOutput.ts';
import type { Running } from '../cli/harness.ts';
import { RemoteHost } from './remoteHost.ts';

describe('a machine that is paired again', function () {
  this.timeout(60_000);
  let host: RemoteHost;

  beforeEach(async () => {
    host = await RemoteHost.start();
    await host.join();
    host.worker.child.kill('SIGKILL');
    await host.worker.finished;
  });
  afterEach(() => host.close());

  /** With another code, as the line is pasted that the desk shows now. */
  async function pasteAnew(): Promise<Running> {
    const { code, reach } = await host.desk.json(pairingOutputSchema, ['worker', 'pair']);
    assert.ok(reach);
    const line = ['--join', reach.url, '--pair', code, '--pin', reach.fingerprint];
    return host.node.start(['worker', 'run', '--name', 'node', '--json', ...line]);
  }
  async function names(): Promise<string[]> {
    const { users } = await host.desk.json(usersOutputSchema, ['admin', 'user', 'list']);
    return users.map(({ id }) => id);
  }

  it('stays the worker that it is, and the code is not used', async () => {
    await (await pasteAnew()).printed('stdout', /"event":"connected"/);
    assert.deepEqual(await names(), ['node']);
  });

  it('stays the worker that it is also where the other machine has another address now', async () => {
    const file = path.join(host.node.stateDir, 'worker', 'membership.json');
    const before = await readFile(file, 'utf8');
    await writeFile(file, before.replace(/"url": "wss:\/\/[^/]*/, '"url": "wss://127.0.0.1:1'));
    await (await pasteAnew()).printed('stdout', /"event":"connected"/);
    assert.deepEqual(await names(), ['node']);
    assert.equal(await readFile(file, 'utf8'), before);
  });

  it('is a worker again after it was removed', async () => {
    assert.equal((await host.desk.run(['worker', 'remove', 'node'])).code, 0);
    assert.deepEqual(await names(), []);
    await (await pasteAnew()).printed('stdout', /"event":"connected"/);
    assert.deepEqual(await names(), ['node']);
  });
});
