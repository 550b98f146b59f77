import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Channel } from '../protocol/channel.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { maxFrameBytes } from '../protocol/frames.ts';
import { maxMessageBytes, type ByteChannel } from './byteChannel.ts';
import type { ListenerCertificate } from './certificate.ts';
import { Heartbeat } from './heartbeat.ts';
import { defaultListenerSettings, type ListenerSettings } from './listenerRows.ts';
import { requireLoopback } from './loopback.ts';
import type { Caller, Credential, Decision } from './upgradeGate.ts';
import { channelPath, filesPath, fleetPath, UpgradeGate } from './upgradeGate.ts';
import { WebSocketByteChannel } from './websocketByteChannel.ts';
import { WebSocketChannel } from './websocketChannel.ts';

export type { Caller, Credential } from './upgradeGate.ts';

/**
 * Not imported: an ES module's import reads every export of `node:http`, and one of them loads the whole of undici,
 * which nobody here asks for and which takes some 10 MB of a daemon at rest.
 */
const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');
const { createServer: createTlsServer } = process.getBuiltinModule('node:https');

export interface WebSocketServerOptions {
  /** Without `tls` a loopback address: nothing else is listened on in the clear. */
  host: string;
  /** 0: a free one. */
  port: number;
  /** The key and role of an identity, undefined for an unknown one. */
  authenticate(identity: string): Credential | undefined | Promise<Credential | undefined>;
  onChannel(channel: Channel, caller: Caller): void;
  /** One at `fleetPath`; without it there is none. */
  onFleetChannel?(channel: Channel, caller: Caller): void;
  /** A connection for the bytes of files; without it there are none. */
  onByteChannel?(channel: ByteChannel, caller: Caller): void;
  /**
   * Answers what is no upgrade, once a connection; false: it was left alone. The connection is not cut for its age from then on:
   * that is up to whoever answers.
   */
  onRequest?(request: IncomingMessage, response: ServerResponse): boolean;
  tls?: ListenerCertificate | undefined;
  /** One line about a refused or broken connection; holds no key and no signature. */
  log(line: string): void;
  settings?: Partial<ListenerSettings> | undefined;
  /** Milliseconds, monotonic. */
  now?: (() => number) | undefined;
}

export interface WebSocketListener {
  readonly port: number;
  /** What clients dial. */
  readonly url: string;
  /** Closes the channels of an identity whose key or scope is another now; what is being opened meanwhile is not. */
  dismiss(identity: string): void;
  /** Stops listening, closes every channel (1001) and resolves when all sockets are gone. */
  close(): Promise<void>;
}

export async function listenWebSocket(options: WebSocketServerOptions): Promise<WebSocketListener> {
  const { tls } = options;
  if (!tls) requireLoopback(options.host);
  const { now = () => performance.now() } = options;
  const settings = { ...defaultListenerSettings, ...options.settings };
  const handshakeMs = settings.handshakeSeconds * 1000;
  const gate = new UpgradeGate({
    authenticate: (identity) => options.authenticate(identity),
    now,
    challengeMs: settings.challengeSeconds * 1000,
    paths: [
      channelPath,
      ...(options.onByteChannel ? [filesPath] : []),
      ...(options.onFleetChannel ? [fleetPath] : []),
    ],
    fingerprint: tls?.pin ?? '',
    // Whoever is on this machine could else keep its own user out.
    failuresAMinute: tls ? settings.failedHandshakesAMinute : undefined,
  });
  const webSockets = webSocketServer(maxFrameBytes);
  const byteSockets = webSocketServer(maxMessageBytes);
  const heartbeat = new Heartbeat(settings.heartbeatSeconds * 1000, settings.heartbeatMisses);
  const channels = new Map<Channel | ByteChannel, Caller>();
  /** How many dismissals there were, and for whom which was the last: a handshake that began before it is void. */
  let dismissals = 0;
  const dismissed = new Map<string, number>();
  /** Connections that have proven nothing yet, by their port at the other end, with what ends their patience. */
  const handshaking = new Map<string, { socket: Duplex; timer: NodeJS.Timeout }>();

  const timeouts = { headersTimeout: handshakeMs, requestTimeout: handshakeMs };
  /** Connections of those who are being answered. */
  const answered = new Set<Socket>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    // Sent ahead in one go with the one that is being answered.
    if (answered.has(socket)) socket.destroy();
    else if (options.onRequest?.(request, response) === true) {
      answered.add(socket);
      socket.once('close', () => answered.delete(socket));
      endHandshake(nameOf(socket));
    } else refuseRequest(response);
  };
  const refuseRequest = (response: ServerResponse): void => {
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end();
  };
  const server = tls
    ? createTlsServer(
        { ...timeouts, cert: tls.cert, key: tls.key, minVersion: 'TLSv1.3', handshakeTimeout: handshakeMs },
        answer,
      )
    : createServer(timeouts, answer);

  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    if (handshaking.size >= settings.maxHandshakes) {
      options.log('Too many connections in their handshake; one was cut.');
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    handshaking.set(name, { socket, timer: setTimeout(() => socket.destroy(), handshakeMs) });
    socket.once('close', () => {
      endHandshake(name);
    });
  });
  // What comes of a connection that is no TLS, or of a client that does not know the key, is the client's matter.
  server.on('tlsClientError', () => undefined);

  function endHandshake(name: string): void {
    clearTimeout(handshaking.get(name)?.timer);
    handshaking.delete(name);
  }

  server.on('upgrade', (request, socket, head) => {
    if (answered.has(request.socket)) {
      socket.destroy();
      return;
    }
    const remoteAddress = request.socket.remoteAddress ?? '';
    const { method = '', url: path = '', headers } = request;
    const began = dismissals;
    gate.decide({ method, path, headers, remoteAddress }).then(
      (decision) => {
        if (socket.destroyed || !server.listening) socket.destroy();
        else if (decision.accepted && (dismissed.get(decision.caller.identity) ?? 0) > began)
          socket.destroy();
        else if (decision.accepted) accept(decision, request, socket, head);
        else refuse(decision, remoteAddress, socket);
      },
      (error: unknown) => {
        options.log(`The handshake of ${remoteAddress} failed: ${String(error)}`);
        socket.destroy();
      },
    );
  });

  function accept(
    { caller, headers }: Decision & { accepted: true },
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    const addHeaders = (lines: string[]): void => {
      for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    };
    const isBytes = request.url === filesPath;
    const accepting = isBytes ? byteSockets : webSockets;
    // handleUpgrade answers before it returns, so the headers cannot reach another caller.
    accepting.once('headers', addHeaders);
    accepting.handleUpgrade(request, socket, head, (webSocket) => {
      endHandshake(nameOf(request.socket));
      heartbeat.watch(webSocket, socket);
      webSocket.on('error', (error) => {
        options.log(`The channel of ${caller.identity} broke: ${error.message}`);
      });
      const channel = isBytes
        ? new WebSocketByteChannel(webSocket)
        : new WebSocketChannel(webSocket, settings.closeGraceSeconds * 1000);
      channels.set(channel, caller);
      webSocket.once('close', () => channels.delete(channel));
      if (channel instanceof WebSocketChannel)
        if (request.url === fleetPath) options.onFleetChannel?.(channel, caller);
        else options.onChannel(channel, caller);
      else options.onByteChannel?.(channel, caller);
    });
    accepting.off('headers', addHeaders);
  }

  function refuse(
    { status, error, headers, why = error.message }: Decision & { accepted: false },
    remoteAddress: string,
    socket: Duplex,
  ): void {
    // A first upgrade is always unsigned: nothing to tell.
    if (status !== 401 || headers['WWW-Authenticate'] === undefined)
      options.log(`Refused ${remoteAddress} (${status}): ${why}`);
    const body = JSON.stringify({ error: error.toData() });
    const lines = Object.entries({
      Connection: 'close',
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new DffmpegError(
          'daemon-unavailable',
          `Cannot listen on ${options.host}:${options.port}: ${error.message}`,
          {
            hint: 'Choose another port, or port 0 for a free one.',
            cause: error,
          },
        ),
      );
    });
    server.listen({ host: options.host, port: options.port, backlog: 128 }, resolve);
  });
  server.on('error', (error) => {
    options.log(`The listener reported: ${error.message}`);
  });

  const { port, address, family } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls ? 'wss' : 'ws'}://${family === 'IPv6' ? `[${address}]` : address}:${port}${channelPath}`,
    dismiss(identity) {
      dismissals += 1;
      dismissed.set(identity, dismissals);
      for (const [channel, caller] of channels)
        if (caller.identity === identity)
          channel.close({ code: 1008, text: 'This key is not valid any more.' });
    },
    async close() {
      const gone = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      heartbeat.stop();
      for (const { socket } of handshaking.values()) socket.destroy();
      for (const socket of answered) socket.destroy();
      for (const channel of channels.keys()) channel.close({ code: 1001, text: 'The daemon is leaving.' });
      await gone;
    },
  };
}

function webSocketServer(maxPayload: number): WebSocketServer {
  return new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload });
}

/** The same for a TLS connection and for the one below it. */
function nameOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
