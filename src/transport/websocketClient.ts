import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import * as z from 'zod';
import { WebSocket } from 'ws';
import type { Channel } from '../protocol/channel.ts';
import { checkCompatibility } from '../protocol/compatibility.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import { maxFrameBytes } from '../protocol/frames.ts';
import type { Handshake } from '../protocol/handshake.ts';
import {
  authorizationHeader,
  challengeHeader,
  signHandshake,
  verifyHandshake,
  welcomeHeader,
} from '../protocol/handshake.ts';
import { errorDataSchema } from '../protocol/model.ts';
import { protocolVersion } from '../protocol/version.ts';
import { channelRows } from './channelRows.ts';
import { endInSilence } from './heartbeat.ts';
import { hmacSha256, randomToken } from './hmac.ts';
import { requireLoopback } from './loopback.ts';
import { WebSocketChannel } from './websocketChannel.ts';

/** A connection that is open, and what it showed of itself. */
export interface Dialled {
  readonly socket: Duplex;
  /** The pin of the certificate that the other side has shown. */
  readonly fingerprint: string;
}

export interface WebSocketClientOptions {
  /** `ws://127.0.0.1:PORT/channel`; with `dial` also `wss:` and any host. */
  url: string;
  /** Opens what is not of this machine, encrypted. */
  dial?: ((url: URL, signal: AbortSignal) => Promise<Dialled>) | undefined;
  identity: string;
  key: string;
  signal?: AbortSignal | undefined;
  /** Milliseconds for the whole handshake; without it: until the signal. */
  timeoutMs?: number | undefined;
  /** Nothing was heard from the other side for so long, not even a ping: then it is gone, milliseconds. Without it: never. */
  silenceMs?: number | undefined;
  /** How long the orderly end of the connection may take later, milliseconds. */
  closeGraceMs?: number | undefined;
}

const defaultCloseGraceMs = channelRows.closeGraceSeconds.default * 1000;

/** A challenge may expire on its way once; twice is no accident. */
const maxUpgrades = 3;

/**
 * Opens a channel after both sides have proven the key. Rejects with `unauthorized`, `forbidden`,
 * `version-mismatch`, `daemon-unavailable` (nobody listens), `disconnected` (cut on the way), `timeout` (which
 * says nothing about whether somebody is there) or `cancelled`.
 */
export async function connectWebSocket(options: WebSocketClientOptions): Promise<Channel> {
  const { closeGraceMs = defaultCloseGraceMs } = options;
  return openWebSocket(options, maxFrameBytes, (socket) => new WebSocketChannel(socket, closeGraceMs));
}

/** The same for whatever is made of the open socket, at once: messages may follow in the same turn. */
export async function openWebSocket<T>(
  options: WebSocketClientOptions,
  maxPayload: number,
  wrap: (socket: WebSocket) => T,
): Promise<T> {
  const { timeoutMs, signal } = options;
  const url = parseUrl(options.url, options.dial !== undefined);
  const deadline = new AbortController();
  const giveUp = (): void => {
    deadline.abort(
      new DffmpegError('timeout', `${url.host} did not answer within ${timeoutMs} ms.`, {
        hint: 'It may be busy: try again in a moment.',
      }),
    );
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
  try {
    const given = signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal;
    return await shakeHands(url, { ...options, maxPayload, wrap }, given);
  } catch (error) {
    if (signal?.aborted)
      throw new DffmpegError('cancelled', 'Connecting was cancelled.', { cause: signal.reason });
    throw deadline.signal.aborted ? toDffmpegError(deadline.signal.reason) : error;
  } finally {
    clearTimeout(timer);
  }
}

function parseUrl(text: string, encrypted: boolean): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'wss:' && encrypted) return url;
  if (url?.protocol !== 'ws:')
    throw new DffmpegError('request-invalid', `${text} is not the address of a daemon.`, {
      hint: 'It looks like ws://127.0.0.1:PORT/channel.',
    });
  requireLoopback(url.hostname);
  return url;
}

interface Shaking<T> extends Pick<WebSocketClientOptions, 'identity' | 'key' | 'dial' | 'silenceMs'> {
  readonly maxPayload: number;
  readonly wrap: (socket: WebSocket) => T;
}

async function shakeHands<T>(url: URL, options: Shaking<T>, signal: AbortSignal): Promise<T> {
  const { identity, key } = options;
  let handshake: Handshake | undefined;
  for (let upgrades = 0; upgrades < maxUpgrades; upgrades++) {
    const dialled = url.protocol === 'wss:' ? await options.dial?.(url, signal) : undefined;
    const fingerprint = dialled?.fingerprint ?? '';
    // The same key as when the challenge was given: what is signed names it.
    if (handshake && handshake.fingerprint !== fingerprint) handshake = undefined;
    const answer = await upgrade(
      url,
      { ...options, dialled, authorization: handshake && authorize(handshake, key) },
      signal,
    );
    if (answer.opened) {
      if (handshake && isProven(handshake, key, answer.response)) return answer.made;
      answer.socket.close(1008, 'The key was not proven.');
      answer.socket.terminate();
      throw new DffmpegError(
        'unauthorized',
        `What answers at ${url.host} could not prove that it is the daemon.`,
        {
          hint: 'Restart the daemon; if this repeats, another program has taken its port.',
        },
      );
    }
    const challenge = challengeHeader.parse(answer.response.headers['www-authenticate']);
    if (answer.response.statusCode !== 401 || !challenge || (handshake && challenge.stale !== 'true'))
      throw answer.error;
    const mismatch = checkCompatibility(protocolVersion, challenge.protocol);
    if (mismatch) throw mismatch;
    handshake = {
      method: 'GET',
      path: url.pathname + url.search,
      identity,
      challenge: challenge.challenge,
      nonce: randomToken(),
      protocol: protocolVersion,
      fingerprint,
    };
  }
  throw new DffmpegError('unauthorized', `${url.host} accepted none of its own challenges.`);
}

function authorize(handshake: Handshake, key: string): string {
  const { identity, challenge, nonce, protocol } = handshake;
  const signature = signHandshake(hmacSha256, key, 'client', handshake);
  return authorizationHeader.format({ identity, challenge, nonce, protocol, signature });
}

function isProven(handshake: Handshake, key: string, response: IncomingMessage): boolean {
  const header = response.headers['authentication-info'];
  const welcome = welcomeHeader.parse(typeof header === 'string' ? header : undefined);
  return welcome !== undefined && verifyHandshake(hmacSha256, key, 'server', handshake, welcome.signature);
}

type Answer<T> =
  | { opened: true; made: T; socket: WebSocket; response: IncomingMessage }
  | { opened: false; response: IncomingMessage; error: DffmpegError };

/**
 * Masks keep a page's script from writing what a proxy in between takes for a request (RFC 6455, 10.3). Inside TLS there
 * is nobody in between, and masking in JavaScript would cost up to half of the throughput: a mask of zeros changes nothing.
 */
const throughTls = {
  generateMask: (mask: Buffer) => {
    mask.fill(0);
  },
};

/** One upgrade. */
function upgrade<T>(
  url: URL,
  {
    wrap,
    maxPayload,
    dialled,
    authorization,
    silenceMs,
  }: Shaking<T> & { dialled: Dialled | undefined; authorization: string | undefined },
  signal: AbortSignal,
): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      dialled?.socket.destroy();
      reject(toDffmpegError(signal.reason));
      return;
    }
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload,
      ...(dialled ? { ...throughTls, createConnection: () => dialled.socket } : {}),
      followRedirects: false,
      headers: authorization === undefined ? {} : { Authorization: authorization },
    });
    let response: IncomingMessage | undefined;
    const onAbort = (): void => {
      socket.terminate();
    };
    signal.addEventListener('abort', onAbort);
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
    };
    socket.on('upgrade', (upgraded) => {
      response = upgraded;
      if (silenceMs !== undefined) endInSilence(socket, upgraded.socket, silenceMs);
    });
    socket.on('open', () => {
      settle();
      // Made here and now: frames may follow at once, and the channel keeps them.
      if (response) resolve({ opened: true, made: wrap(socket), socket, response });
    });
    socket.on('unexpected-response', (_, refused) => {
      void readError(refused).then((error) => {
        settle();
        resolve({ opened: false, response: refused, error });
        socket.terminate();
      });
    });
    socket.on('error', (error) => {
      settle();
      reject(connectError(url, error));
    });
  });
}

const maxErrorBytes = 16 * 1024;

/** What the server says in the body of its refusal, else what its status says. */
async function readError(response: IncomingMessage): Promise<DffmpegError> {
  let body = '';
  try {
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      body += chunk;
      if (body.length > maxErrorBytes) break;
    }
    return DffmpegError.from(z.object({ error: errorDataSchema }).parse(JSON.parse(body)).error);
  } catch {
    return new DffmpegError(
      'unauthorized',
      `The connection was refused with HTTP status ${response.statusCode ?? 0}.`,
      {
        hint: 'Another program may have taken the port; restart the daemon.',
      },
    );
  }
}

/** Only what the system says about a port without a listener means that nobody is there. */
function connectError(url: URL, error: Error & { code?: string }): DffmpegError {
  if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT' || error.code === 'EADDRNOTAVAIL')
    return new DffmpegError('daemon-unavailable', `Nothing listens at ${url.host}.`, {
      hint: 'Start the daemon with: dffmpeg serve',
      cause: error,
    });
  return new DffmpegError('disconnected', `The connection to ${url.host} was cut: ${error.message}`, {
    hint: 'Try again in a moment.',
    cause: error,
  });
}
