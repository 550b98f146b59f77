import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import {
  authorizationHeader,
  challengeHeader,
  signHandshake,
  type Handshake,
} from '../../../../src/protocol/handshake.ts';
import { protocolVersion } from '../../../../src/protocol/version.ts';
import { hmacSha256, randomToken } from '../../../../src/transport/hmac.ts';
import { pinOf } from '../../../../src/transport/pin.ts';

export interface Answer {
  readonly status: number;
  /** As they came, but for the date: names and values, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** What a stranger signs: anything may be something else than it should. */
export type Signed = Partial<Handshake> & { readonly identity: string; readonly key: string };

/** `localAddress`: where it comes from, on a machine that has several. */
type Dialling = tls.ConnectionOptions & { readonly localAddress?: string };

/** A TLS connection that speaks HTTP and WebSocket by hand, as no program of ours would. */
export class RawClient {
  readonly socket: tls.TLSSocket;
  #read = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: tls.TLSSocket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#read = Buffer.concat([this.#read, data]);
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  static async connect(port: number, options: Dialling = {}): Promise<RawClient> {
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
    await once(socket, 'secureConnect');
    return new RawClient(socket);
  }

  get fingerprint(): string {
    return pinOf(new X509Certificate(this.socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0)));
  }

  /** One upgrade; a refused one ends the connection. */
  async upgrade(headers: Record<string, string> = {}, target = '/channel', method = 'GET'): Promise<Answer> {
    const all = {
      Host: 'x',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    this.socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    const end = await this.#until(() => {
      const at = this.#read.indexOf('\r\n\r\n');
      return at === -1 ? undefined : at;
    });
    if (end === undefined) return { status: 0, headers: {}, body: '' };
    const [first = '', ...rest] = this.#take(end + 4)
      .toString('latin1')
      .trimEnd()
      .split('\r\n');
    const given = Object.fromEntries(
      rest.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    );
    const { date, ...others } = given;
    void date;
    const length = Number(given['content-length'] ?? 0);
    await this.#until(() => (this.#read.length >= length ? true : undefined));
    const body = this.#take(length).toString('utf8');
    return { status: Number(first.split(' ')[1]), headers: others, body };
  }

  /** A text frame, masked as a client has to. */
  send(text: string): void {
    this.sendFrame({ opcode: 1, payload: Buffer.from(text) });
  }

  sendFrame(frame: RawFrame, faults: FrameFaults = {}): void {
    this.socket.write(encodeRawFrame(frame, faults));
  }

  /** The next frame of the server; undefined when the connection has ended. */
  async frame(): Promise<RawFrame | undefined> {
    return this.#until(() => {
      const [first, second] = this.#read;
      if (first === undefined || second === undefined) return undefined;
      const short = second & 0x7f;
      const at = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#read.length < at) return undefined;
      const length =
        short === 126
          ? this.#read.readUInt16BE(2)
          : short === 127
            ? Number(this.#read.readBigUInt64BE(2))
            : short;
      if (this.#read.length < at + length) return undefined;
      return { opcode: first & 0x0f, payload: this.#take(at + length).subarray(at) };
    });
  }

  /** Asks, and returns the frame that answers it, parsed. */
  async ask(
    method: string,
    params: unknown,
    id = 1,
  ): Promise<{ t?: string; result?: unknown; error?: { code: string } }> {
    this.send(JSON.stringify({ t: 'req', id, method, params }));
    for (;;) {
      const frame = await this.frame();
      if (!frame || frame.opcode === 8) return {};
      if (frame.opcode !== 1) continue;
      const said = JSON.parse(frame.payload.toString('utf8')) as { id?: number; t: string };
      if (said.id === id) return said;
    }
  }

  /** The code with which the server closes; 1006: it just cut. */
  async closeCode(): Promise<number> {
    for (;;) {
      const frame = await this.frame();
      if (!frame) return 1006;
      if (frame.opcode === 8) return frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0);
    }
  }

  end(): void {
    this.socket.destroy();
  }

  #take(bytes: number): Buffer {
    const taken = this.#read.subarray(0, bytes);
    this.#read = this.#read.subarray(bytes);
    return taken;
  }

  async #until<T>(look: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      const found = look();
      if (found !== undefined || this.#ended) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

export interface FrameFaults {
  readonly masked?: boolean;
  /** The first byte without the opcode: FIN and the reserved bits. */
  readonly first?: number;
  /** What the head claims. */
  readonly length?: number;
}

/** A frame as it goes over the wire, masked as a client has to. */
export function encodeRawFrame(
  { opcode, payload }: RawFrame,
  { masked = true, first = 0x80, length = payload.length }: FrameFaults = {},
): Buffer {
  const mask = randomBytes(4);
  const size = length < 126 ? Buffer.from([length]) : Buffer.alloc(length < 65_536 ? 3 : 9);
  if (size.length === 3) {
    size[0] = 126;
    size.writeUInt16BE(length, 1);
  } else if (size.length === 9) {
    size[0] = 127;
    size.writeBigUInt64BE(BigInt(length), 1);
  }
  if (masked) size[0] = (size[0] ?? 0) | 0x80;
  const head = Buffer.concat([Buffer.from([first | opcode]), size]);
  const body = masked ? payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) : payload;
  return Buffer.concat([head, masked ? mask : Buffer.alloc(0), body]);
}

/** A fresh challenge of the server. */
export async function challengeOf(port: number, options: Dialling = {}): Promise<string> {
  const client = await RawClient.connect(port, options);
  const { headers } = await client.upgrade();
  client.end();
  return challengeHeader.parse(headers['www-authenticate'])?.challenge ?? '';
}

/** The header that answers a challenge. */
export function authorization(challenge: string, { key, ...changes }: Signed): string {
  const handshake: Handshake = {
    ...{ method: 'GET', path: '/channel', challenge, nonce: randomToken() },
    ...{ protocol: protocolVersion, fingerprint: '', ...changes },
  };
  const signature = signHandshake(hmacSha256, key, 'client', handshake);
  const { identity, nonce, protocol } = handshake;
  return authorizationHeader.format({ identity, challenge: handshake.challenge, nonce, protocol, signature });
}

/** Challenge and signed upgrade; what differs from an honest one is in `signed`. */
export async function knock(
  port: number,
  signed: Signed,
  options: { readonly target?: string; readonly headers?: Record<string, string> } = {},
): Promise<{ client: RawClient; answer: Answer }> {
  const challenge = signed.challenge ?? (await challengeOf(port));
  const client = await RawClient.connect(port);
  const { fingerprint } = client;
  const Authorization = authorization(challenge, { fingerprint, ...signed });
  const answer = await client.upgrade({ Authorization, ...options.headers }, options.target);
  return { client, answer };
}

/** A connection of somebody who is known, at another path than that of channels. */
export async function knockAt(
  target: string,
  port: number,
  { id, key }: { readonly id: string; readonly key: string },
): Promise<RawClient> {
  const { client, answer } = await knock(port, { identity: id, key, path: target }, { target });
  assert.equal(answer.status, 101);
  return client;
}
