import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Channel } from '../../../src/protocol/channel.ts';
import type { Handshake } from '../../../src/protocol/handshake.ts';
import { authorizationHeader, challengeHeader, signHandshake } from '../../../src/protocol/handshake.ts';
import { protocolVersion } from '../../../src/protocol/version.ts';
import { hmacSha256, randomToken } from '../../../src/transport/hmac.ts';
import type {
  Caller,
  WebSocketListener,
  WebSocketServerOptions,
} from '../../../src/transport/websocketServer.ts';
import { listenWebSocket } from '../../../src/transport/websocketServer.ts';

export const key = 'k'.repeat(43);

export interface TestServer {
  listener: WebSocketListener;
  log: string[];
  /** Channels in the order they came. */
  channels: { channel: Channel; caller: Caller }[];
  /** Milliseconds that the server's clock is ahead. */
  clock: { ahead: number };
}

export async function startServer(options: Partial<WebSocketServerOptions> = {}): Promise<TestServer> {
  const log: string[] = [];
  const channels: TestServer['channels'] = [];
  const clock = { ahead: 0 };
  const listener = await listenWebSocket({
    host: '127.0.0.1',
    port: 0,
    authenticate: (identity) => (identity === 'local' ? { key, role: 'client' } : undefined),
    onChannel: (channel, caller) => {
      channels.push({ channel, caller });
    },
    log: (line) => log.push(line),
    now: () => performance.now() + clock.ahead,
    ...options,
  });
  return { listener, log, channels, clock };
}

export interface UpgradeAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
}

/** An upgrade by hand: what a client of somebody else's making sends. */
export function upgradeByHand(
  url: string,
  headers: Record<string, string> = {},
  path = '/channel',
): Promise<UpgradeAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.get({
      host: hostname,
      port,
      path,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': Buffer.from('0123456789abcdef').toString('base64'),
        ...headers,
      },
    });
    request.on('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    request.on('error', reject);
  });
}

export async function getChallenge(url: string): Promise<string> {
  const { headers } = await upgradeByHand(url);
  return challengeHeader.parse(headers['www-authenticate'])!.challenge;
}

export function authorize(challenge: string, changes: Partial<Handshake> & { key?: string } = {}): string {
  const handshake: Handshake = {
    method: 'GET',
    path: '/channel',
    identity: 'local',
    challenge,
    nonce: randomToken(),
    protocol: protocolVersion,
    fingerprint: '',
    ...changes,
  };
  const signature = signHandshake(hmacSha256, changes.key ?? key, 'client', handshake);
  const { identity, nonce, protocol } = handshake;
  return authorizationHeader.format({ identity, challenge, nonce, protocol, signature });
}

/** A server that is not ours, on a free port of the loopback. */
export async function startImpostor(
  onUpgrade: (request: http.IncomingMessage, socket: Duplex) => void,
): Promise<{ url: string; close: () => Promise<void> }> {
  const sockets = new Set<Duplex>();
  const server = http.createServer((_, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onUpgrade(request, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/channel`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}
