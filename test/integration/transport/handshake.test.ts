import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import { authorizationHeader, challengeHeader, welcomeHeader } from '../../../src/protocol/handshake.ts';
import { protocolVersion } from '../../../src/protocol/version.ts';
import { connectWebSocket } from '../../../src/transport/websocketClient.ts';
import { listenWebSocket } from '../../../src/transport/websocketServer.ts';
import type { TestServer } from './server.ts';
import { authorize, getChallenge, key, startImpostor, startServer, upgradeByHand } from './server.ts';

describe('WebSocket handshake', () => {
  let server: TestServer;
  let url: string;
  beforeEach(async () => {
    server = await startServer();
    url = server.listener.url;
  });
  afterEach(() => server.listener.close());

  it('opens a channel and names the caller', async () => {
    const channel = await connectWebSocket({ url, identity: 'local', key });
    assert.deepEqual(server.channels[0]?.caller, {
      identity: 'local',
      role: 'client',
      remoteAddress: '127.0.0.1',
      fingerprint: '',
    });
    channel.close();
  });

  it('refuses a wrong key', async () => {
    const wrong = { url, identity: 'local', key: 'x'.repeat(43) };
    await assert.rejects(connectWebSocket(wrong), { code: 'unauthorized' });
    assert.equal(server.channels.length, 0);
    const answer = await upgradeByHand(url, {
      Authorization: authorize(await getChallenge(url), { key: wrong.key }),
    });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['www-authenticate'], undefined);
  });

  it('refuses an unknown identity in the same words', async () => {
    const message = await connectWebSocket({ url, identity: 'local', key: 'x' }).catch(String);
    assert.equal(await connectWebSocket({ url, identity: 'nobody', key }).catch(String), message);
  });

  it('answers an unsigned upgrade with a challenge', async () => {
    const { status, headers } = await upgradeByHand(url);
    assert.equal(status, 401);
    assert.equal(challengeHeader.parse(headers['www-authenticate'])?.protocol, protocolVersion);
  });

  it('refuses browsers, signed or not', async () => {
    const Authorization = authorize(await getChallenge(url));
    for (const Origin of ['http://127.0.0.1', 'https://example.com', 'null', 'vscode-webview://x', ''])
      assert.equal((await upgradeByHand(url, { Origin, Authorization })).status, 403, Origin);
    assert.equal(server.channels.length, 0);
  });

  it('refuses a challenge that has expired, and offers a new one', async () => {
    const Authorization = authorize(await getChallenge(url));
    server.clock.ahead = 31_000;
    const { status, headers } = await upgradeByHand(url, { Authorization });
    assert.equal(status, 401);
    assert.equal(challengeHeader.parse(headers['www-authenticate'])?.stale, 'true');
  });

  it('takes a signed upgrade once: the same one again is refused', async () => {
    const Authorization = authorize(await getChallenge(url));
    assert.equal((await upgradeByHand(url, { Authorization })).status, 101);
    assert.equal((await upgradeByHand(url, { Authorization })).status, 401);
  });

  it('takes it once though several come at the same moment', async () => {
    let asked = 0;
    let release = (): void => undefined;
    const all = new Promise<void>((resolve) => (release = resolve));
    const slow = await startServer({
      authenticate: async () => {
        if (++asked === 3) release();
        await all;
        return { key, role: 'client' };
      },
    });
    const slowUrl = slow.listener.url;
    const Authorization = authorize(await getChallenge(slowUrl));
    const answers = await Promise.all([1, 2, 3].map(() => upgradeByHand(slowUrl, { Authorization })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [101, 401, 401]);
    await slow.listener.close();
  });

  it('refuses a challenge of another server', async () => {
    const other = await startServer();
    const Authorization = authorize(await getChallenge(other.listener.url));
    await other.listener.close();
    assert.equal((await upgradeByHand(url, { Authorization })).status, 401);
  });

  it('refuses another protocol version with 426', async () => {
    const Authorization = authorize(await getChallenge(url), { protocol: '99.0' });
    assert.equal((await upgradeByHand(url, { Authorization })).status, 426);
  });

  it('refuses a signature for another path, and other paths', async () => {
    const Authorization = authorize(await getChallenge(url), { path: '/other' });
    assert.equal((await upgradeByHand(url, { Authorization })).status, 401);
    assert.equal((await upgradeByHand(url, {}, '/other')).status, 404);
  });

  it('refuses a header that it cannot read', async () => {
    for (const Authorization of ['Basic x', 'DFFmpeg', 'DFFmpeg identity="a"', `DFFmpeg ${'x'.repeat(4000)}`])
      assert.equal((await upgradeByHand(url, { Authorization })).status, 400, Authorization.slice(0, 40));
  });

  it('cuts a connection that never proves anything', async () => {
    const patient = await startServer({ settings: { handshakeSeconds: 0.05 } });
    const socket = net.connect(patient.listener.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    await patient.listener.close();
  });

  it('cuts connections beyond the limit of open handshakes, not channels', async () => {
    const busy = await startServer({ settings: { maxHandshakes: 2 } });
    const channels = [];
    for (let n = 0; n < 4; n++)
      channels.push(await connectWebSocket({ url: busy.listener.url, identity: 'local', key }));
    const idle = [1, 2].map(() => net.connect(busy.listener.port, '127.0.0.1'));
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    const third = net.connect(busy.listener.port, '127.0.0.1');
    third.on('error', () => undefined);
    await new Promise((resolve) => third.once('close', resolve).resume());
    for (const socket of idle) socket.destroy();
    await busy.listener.close();
  });

  it('listens and dials on the loopback only', async () => {
    const options = { authenticate: () => undefined, onChannel: () => undefined, log: () => undefined };
    await assert.rejects(listenWebSocket({ host: '0.0.0.0', port: 0, ...options }), { code: 'forbidden' });
    await assert.rejects(connectWebSocket({ url: 'ws://192.0.2.1:1/channel', identity: 'local', key }), {
      code: 'forbidden',
    });
    await assert.rejects(connectWebSocket({ url: 'http://127.0.0.1/', identity: 'local', key }), {
      code: 'request-invalid',
    });
  });
});

describe('WebSocket client, against something else', () => {
  const challenge = challengeHeader.format({ challenge: 'c', protocol: protocolVersion, stale: 'false' });
  const respond = (status: string, headers: string): string => `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n`;

  /** Answers as a server would that does not know the key. */
  function welcomeWith(header: (request: IncomingMessage) => string) {
    return startImpostor((request, socket) => {
      if (request.headers.authorization === undefined) {
        socket.end(
          respond(
            '401 Unauthorized',
            `WWW-Authenticate: ${challenge}\r\nContent-Length: 0\r\nConnection: close`,
          ),
        );
        return;
      }
      const accept = createHash('sha1')
        .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64');
      socket.write(
        respond(
          '101 Switching Protocols',
          `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}${header(request)}`,
        ),
      );
    });
  }

  for (const [name, header] of [
    ['no proof', ''],
    [
      'a wrong proof',
      `\r\nAuthentication-Info: ${welcomeHeader.format({ protocol: protocolVersion, signature: 'a'.repeat(43) })}`,
    ],
  ] as const)
    it(`closes when the server has ${name}`, async () => {
      const impostor = await welcomeWith(() => header);
      await assert.rejects(connectWebSocket({ url: impostor.url, identity: 'local', key }), {
        code: 'unauthorized',
      });
      await impostor.close();
    });

  it('closes when the server sends back the client’s own proof', async () => {
    const mirror = await welcomeWith((request) => {
      const signature = authorizationHeader.parse(request.headers.authorization)?.signature ?? '';
      return `\r\nAuthentication-Info: ${welcomeHeader.format({ protocol: protocolVersion, signature })}`;
    });
    await assert.rejects(connectWebSocket({ url: mirror.url, identity: 'local', key }), {
      code: 'unauthorized',
      message: /could not prove/,
    });
    await mirror.close();
  });

  it('never sends anything signed to a server that did not challenge it, and never the key', async () => {
    const seen: string[] = [];
    const impostor = await startImpostor((request, socket) => {
      seen.push(JSON.stringify(request.rawHeaders));
      socket.end(respond('403 Forbidden', 'Content-Length: 0\r\nConnection: close'));
    });
    await assert.rejects(connectWebSocket({ url: impostor.url, identity: 'local', key }), {
      code: 'unauthorized',
    });
    assert.equal(seen.length, 1);
    assert.ok(!seen[0]?.includes('uthorization') && !seen[0]?.includes(key));
    await impostor.close();
  });

  it('gives up on a server whose challenges are always stale', async () => {
    const stale = challengeHeader.format({ challenge: 'c', protocol: protocolVersion, stale: 'true' });
    let upgrades = 0;
    const impostor = await startImpostor((_, socket) => {
      upgrades++;
      socket.end(
        respond('401 Unauthorized', `WWW-Authenticate: ${stale}\r\nContent-Length: 0\r\nConnection: close`),
      );
    });
    await assert.rejects(connectWebSocket({ url: impostor.url, identity: 'local', key }), {
      code: 'unauthorized',
    });
    assert.equal(upgrades, 3);
    await impostor.close();
  });

  it('does not sign for a server of another major', async () => {
    const other = challengeHeader.format({ challenge: 'c', protocol: '99.0', stale: 'false' });
    const impostor = await startImpostor((_, socket) => {
      socket.end(
        respond('401 Unauthorized', `WWW-Authenticate: ${other}\r\nContent-Length: 0\r\nConnection: close`),
      );
    });
    await assert.rejects(connectWebSocket({ url: impostor.url, identity: 'local', key }), {
      code: 'version-mismatch',
    });
    await impostor.close();
  });

  it('says that nobody listens, and only then', async () => {
    const gone = await startImpostor(() => undefined);
    await gone.close();
    await assert.rejects(connectWebSocket({ url: gone.url, identity: 'local', key }), {
      code: 'daemon-unavailable',
    });
    const silent = await startImpostor(() => undefined);
    await assert.rejects(connectWebSocket({ url: silent.url, identity: 'local', key, timeoutMs: 50 }), {
      code: 'timeout',
    });
    await silent.close();
    const cutting = await startImpostor((_, socket) => socket.destroy());
    await assert.rejects(connectWebSocket({ url: cutting.url, identity: 'local', key }), {
      code: 'disconnected',
    });
    await cutting.close();
  });

  it('can be cancelled at any time', async () => {
    const controller = new AbortController();
    const silent = await startImpostor(() => {
      controller.abort();
    });
    await assert.rejects(
      connectWebSocket({ url: silent.url, identity: 'local', key, signal: controller.signal }),
      {
        code: 'cancelled',
      },
    );
    await assert.rejects(
      connectWebSocket({ url: silent.url, identity: 'local', key, signal: AbortSignal.abort() }),
      { code: 'cancelled' },
    );
    await silent.close();
  });
});
