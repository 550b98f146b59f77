import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import type { InstallArchives } from '../../../src/daemon/install/installArchives.ts';
import { InstallDesk } from '../../../src/daemon/install/installDesk.ts';
import { packTar } from '../../../src/files/packTar.ts';
import { makeCertificate } from '../../../src/transport/certificate.ts';
import { startServer, type TestServer } from '../transport/server.ts';

const settings = {
  installRequestsAMinute: 1000,
  installsAtOnce: 4,
  installStallSeconds: 60,
  installKilobytesASecond: 1000,
};

/** What a stranger gets who has proven nothing, and how much of it. */
describe('where a bare machine gets the program', function () {
  this.timeout(30_000);
  let folder: string;
  let archives: InstallArchives;
  let server: TestServer;
  let errors: unknown[];
  let scripts: number;
  const sockets = new Set<tls.TLSSocket>();

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-desk-'));
    // More than the buffers between two sockets hold.
    const content = randomBytes(32 * 1024 * 1024);
    archives = {
      name: '1.0.0-abcdef01',
      program: await packTar(path.join(folder, 'program.tgz'), [{ name: 'x', content }], 1),
    };
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(async () => {
    await server.listener.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  });

  async function open(own: Partial<typeof settings> = {}, make?: () => Promise<never>): Promise<void> {
    errors = [];
    scripts = 0;
    const desk = new InstallDesk({
      make: make ?? (() => Promise.resolve(archives)),
      script: () => {
        scripts += 1;
        return 'echo hello\n';
      },
      settings: () => ({ ...settings, ...own }),
      onError: (error) => errors.push(error),
      now: () => performance.now(),
    });
    server = await startServer({
      tls: await makeCertificate(),
      onRequest: (request, response) => desk.answer(request, response),
      settings: { handshakeSeconds: 0.5 },
    });
  }

  async function connect(): Promise<tls.TLSSocket> {
    const socket = tls.connect({ port: server.listener.port, host: '127.0.0.1', rejectUnauthorized: false });
    sockets.add(socket);
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  }
  async function ask(
    first: string,
    ...more: string[]
  ): Promise<{ status: number; body: string; bytes: number }> {
    const socket = await connect();
    for (const line of [first, ...more]) socket.write(`${line} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    const all = Buffer.concat(chunks);
    const head = all.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(all.toString('latin1', 0, 20))?.[1] ?? 0);
    const body = all.subarray(head + 4);
    return { status, body: body.toString('latin1', 0, 200), bytes: body.length };
  }
  /** Asks, and takes nothing of the answer but its beginning. */
  async function hold(target = 'GET /install/program.tgz'): Promise<tls.TLSSocket> {
    const socket = await connect();
    socket.write(`${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'data');
    socket.pause();
    return socket;
  }

  /** Bytes that still come. */
  async function rest(socket: tls.TLSSocket): Promise<number> {
    let bytes = 0;
    const closed = once(socket, 'close');
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.resume();
    await closed;
    return bytes;
  }

  it('is these paths alone, and GET alone', async () => {
    await open();
    assert.deepEqual(await ask('GET /install'), { status: 200, body: 'echo hello\n', bytes: 11 });
    const program = await ask('GET /install/program.tgz');
    assert.equal(program.status, 200);
    assert.equal(program.bytes, archives.program.bytes);
    assert.equal((await ask('GET /install/node.tgz')).status, 404);
    for (const other of [
      'GET /',
      'GET /install/',
      'GET /install?x',
      'GET /install/../listener.pem',
      'GET /install/program.tgz/..',
      'GET //install',
      'GET https://x/install',
      'POST /install',
      'HEAD /install',
      'PUT /install/program.tgz',
    ])
      assert.equal((await ask(other)).status, 426, other);
    assert.deepEqual(errors, []);
  });

  it('takes longer than a handshake may, where it is taken steadily', async () => {
    await open();
    const socket = await hold();
    // Who says nothing is cut off meanwhile.
    await once(await connect(), 'close');
    assert.ok((await rest(socket)) > archives.program.bytes / 2);
  });

  it('answers one question a connection', async () => {
    await open();
    const { body } = await ask(
      'GET /install/program.tgz',
      ...Array.from({ length: 20 }, () => 'GET /install'),
    );
    assert.doesNotMatch(body, /hello/);
    assert.equal(scripts, 0);
  });

  it('serves so many at once, one address half of them, and others when those are gone', async () => {
    await open();
    const held = [await hold(), await hold()];
    const third = await ask('GET /install/program.tgz');
    assert.equal(third.status, 503);
    assert.match(third.body, /Others are being served/);
    // Whoever fetches what is large keeps nobody from beginning.
    assert.equal((await ask('GET /install')).status, 200);
    for (const socket of held) socket.destroy();
    for (;;) if ((await ask('GET /install/program.tgz')).status === 200) break;
  });

  it('cuts off who takes nothing', async () => {
    await open({ installStallSeconds: 0.3, installsAtOnce: 2 });
    const socket = await hold();
    for (;;) if ((await ask('GET /install/program.tgz')).status === 200) break;
    assert.ok((await rest(socket)) < archives.program.bytes);
  });

  it('cuts off who takes too little, though it never pauses', async () => {
    await open({ installStallSeconds: 1, installKilobytesASecond: 1_000_000 });
    const socket = await hold();
    const closed = once(socket, 'close');
    let bytes = 0;
    const taking = setInterval(() => {
      bytes += (socket.read(Math.min(socket.readableLength, 128 * 1024)) as Buffer | null)?.length ?? 0;
    }, 20);
    await closed;
    clearInterval(taking);
    assert.ok(bytes > 0 && bytes < archives.program.bytes, `${bytes}`);
  });

  it('answers an address so often in a minute', async () => {
    await open({ installRequestsAMinute: 3 });
    const statuses: number[] = [];
    for (let times = 0; times < 5; times += 1) statuses.push((await ask('GET /install')).status);
    assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  });

  it('says that it cannot, names no file, and tries again with the next', async () => {
    let times = 0;
    await open({}, () => {
      times += 1;
      return Promise.reject(new Error('ENOSPC: /home/somebody/state'));
    });
    for (let asked = 1; asked <= 2; asked += 1) {
      const { status, body } = await ask('GET /install');
      assert.equal(status, 503);
      assert.equal(body, 'The program could not be packed.\n');
      assert.equal(times, asked);
    }
    assert.equal(errors.length, 2);
  });

  it('ends with the listener', async () => {
    await open();
    const socket = await hold();
    await server.listener.close();
    assert.ok((await rest(socket)) < archives.program.bytes);
  });
});

describe('a listener for this machine alone', () => {
  it('gives nothing away', async () => {
    const { listener } = await startServer();
    const { status } = await fetch(`http://127.0.0.1:${listener.port}/install`);
    assert.equal(status, 426);
    await listener.close();
  });
});
