import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type { ConnectionState, ConnectOptions, DaemonConnection } from '../../../src/client/connection.ts';
import { connectToDaemon } from '../../../src/client/connection.ts';
import { discoveryPath, readDiscovery } from '../../../src/client/discovery.ts';
import type { Toy } from './toyProgram.ts';
import { makeToy } from './toyProgram.ts';

function reached(connection: DaemonConnection, name: ConnectionState['name']): Promise<void> {
  return new Promise((resolve) => {
    const stop = connection.onState((state) => {
      if (state.name !== name) return;
      stop();
      resolve();
    });
  });
}

describe('connect to the daemon', function () {
  this.timeout(30_000);
  let toy: Toy;
  const open: DaemonConnection[] = [];
  beforeEach(async () => {
    toy = await makeToy();
  });
  afterEach(async () => {
    delete process.env.TOY;
    delete process.env.NODE_OPTIONS;
    for (const connection of open.splice(0)) connection.close();
    await toy.remove();
  });
  async function connect(changes: Partial<ConnectOptions> = {}): Promise<DaemonConnection> {
    const { stateDir, programDir } = toy;
    const connection = await connectToDaemon({
      stateDir,
      programDir,
      start: true,
      client: 'test',
      version: '1.0.0',
      ...changes,
    });
    open.push(connection);
    return connection;
  }
  const runningPid = async (): Promise<number> => (await readDiscovery(toy.stateDir))!.pid;

  it('starts it from a copy of its own, out of the way of everything', async () => {
    process.env.NODE_OPTIONS = '--no-warnings';
    const connection = await connect();
    assert.deepEqual(await connection.request('presets.list', {}), { presets: [] });
    assert.deepEqual(await readdir(path.join(toy.stateDir, 'bin')), ['1.0.0-0123456789ab']);
    const written = JSON.parse(await readFile(discoveryPath(toy.stateDir), 'utf8')) as Record<string, string>;
    assert.equal(written.options, '');
    assert.equal(path.basename(written.cwd ?? ''), path.basename(toy.stateDir));
  });

  it('does not start it unless asked to', async () => {
    await assert.rejects(connect({ start: false }), { code: 'daemon-unavailable' });
    await assert.rejects(readdir(toy.stateDir), { code: 'ENOENT' });
  });

  it('shares one among five who want it at the same moment', async () => {
    const connections = await Promise.all(Array.from({ length: 5 }, () => connect()));
    assert.equal(new Set(connections.map(({ daemon }) => daemon.build)).size, 1);
  });

  it('comes back to the daemon that somebody starts after it was killed', async () => {
    const connection = await connect();
    const first = connection.daemon.build;
    const waiting = reached(connection, 'waiting');
    process.kill(await runningPid(), 'SIGKILL');
    await waiting;
    await rm(path.join(toy.stateDir, '.lock'), { recursive: true });
    const connected = reached(connection, 'connected');
    await connect();
    await connected;
    assert.notEqual(connection.daemon.build, first);
    assert.deepEqual(await connection.request('presets.list', {}), { presets: [] });
  });

  it('starts it again when a request needs it', async () => {
    const connection = await connect();
    const waiting = reached(connection, 'waiting');
    process.kill(await runningPid(), 'SIGKILL');
    await waiting;
    await rm(path.join(toy.stateDir, '.lock'), { recursive: true });
    assert.deepEqual(await connection.request('presets.list', {}), { presets: [] });
  });

  it('takes a file whose process is dead, or whose port refuses, for no daemon', async () => {
    const probe = net.createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as net.AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    await mkdir(toy.stateDir);
    for (const pid of [2 ** 30, process.pid]) {
      const stale = {
        protocol: '1.0',
        version: '1',
        build: 'b',
        pid,
        startTime: 1,
        url: `ws://127.0.0.1:${port}/channel`,
        key: 'k'.repeat(43),
      };
      await writeFile(discoveryPath(toy.stateDir), JSON.stringify(stale), { mode: 0o600 });
      await assert.rejects(connect({ start: false }), { code: 'daemon-unavailable' });
    }
    assert.match((await connect()).daemon.build, /^toy/);
  });

  it('passes on the last words of a daemon that does not start', async () => {
    process.env.TOY = 'fail';
    await assert.rejects(connect(), { code: 'daemon-unavailable', message: /exit code 1.*The cat sleeps/ });
  });

  it('waits for a daemon that another one has begun to start', async () => {
    process.env.TOY = 'slow';
    const first = connect();
    const second = connect();
    await writeFile(path.join(toy.stateDir, '.go'), '').catch(async () => {
      await mkdir(toy.stateDir, { recursive: true });
      await writeFile(path.join(toy.stateDir, '.go'), '');
    });
    assert.equal((await first).daemon.build, (await second).daemon.build);
  });

  it('takes the place of a daemon that was leaving while it looked', async () => {
    // Its lock is there, nothing listens; it goes while the new one is being told that another one runs.
    await mkdir(path.join(toy.stateDir, '.lock'), { recursive: true });
    const connecting = connect();
    const log = path.join(toy.stateDir, 'logs', 'daemon-start.log');
    const said = (): Promise<string> => readFile(log, 'utf8').catch(() => '');
    while (!(await said()).includes('another one runs'))
      await new Promise((resolve) => setImmediate(resolve));
    await rm(path.join(toy.stateDir, '.lock'), { recursive: true });
    assert.match((await connecting).daemon.build, /^toy/);
  });

  it('can be cancelled while it starts, and leaves the daemon to itself', async () => {
    process.env.TOY = 'slow';
    const controller = new AbortController();
    const connecting = connect({ signal: controller.signal });
    controller.abort();
    await assert.rejects(connecting, { code: 'cancelled' });
  });

  it('needs to know the program, and a Node that can run it', async () => {
    await assert.rejects(connect({ programDir: undefined }), { code: 'daemon-unavailable' });
    await assert.rejects(connect({ nodePath: '/no/such/node' }), { code: 'node-missing' });
  });
});
