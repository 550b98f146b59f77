import { once } from 'node:events';
import net from 'node:net';
import { Transform } from 'node:stream';

/** A cable between two processes on the loopback: it can be pulled, and counts what it carries. */
export class Relay {
  /** Where whoever dials connects. */
  readonly port: number;
  /** Bytes from the dialled side to the one that dials, and the other way. */
  readonly carried = { toDialler: 0, toDialled: 0 };
  /** What goes into it from now on comes out so much later, either way; of connections that are made from then on. */
  delayMs = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #watchers = new Set<() => void>();
  #target: number | undefined;
  #isOut = false;
  #held: PromiseWithResolvers<void> | undefined;
  readonly #bytesASecond: number | undefined;

  private constructor(server: net.Server, bytesASecond: number | undefined) {
    this.#bytesASecond = bytesASecond;
    this.#server = server;
    this.port = (server.address() as net.AddressInfo).port;
    server.on('connection', (near) => {
      this.#carry(near);
    });
  }

  /** `bytesASecond`: how much each connection carries each way; as much as it can without. */
  static async open(bytesASecond?: number): Promise<Relay> {
    const server = net.createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Relay(server, bytesASecond);
  }

  /** Whoever listens on this port of the loopback is dialled from now on. */
  to(port: number): void {
    this.#target = port;
  }

  /** Every connection breaks; `stays`: new ones do, too, until it is `plugged` in. */
  pull(stays = false): void {
    this.#isOut = stays;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing gets through for now, though no connection breaks; of a cable with a rate. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  plug(): void {
    this.#isOut = false;
  }

  /** Resolves once it has carried so many bytes more that way. */
  async carries(way: keyof Relay['carried'], bytes: number): Promise<void> {
    const until = this.carried[way] + bytes;
    while (this.carried[way] < until) await new Promise<void>((resolve) => this.#watchers.add(resolve));
  }

  async close(): Promise<void> {
    this.pull(true);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(near: net.Socket): void {
    near.on('error', () => undefined);
    if (this.#isOut || this.#target === undefined) {
      near.destroy();
      return;
    }
    const far = net.connect(this.#target, '127.0.0.1');
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', (hadError) => {
        this.#sockets.delete(socket);
        // What is still on its way comes first.
        if ((this.#bytesASecond !== undefined || this.delayMs > 0) && !hadError) return;
        near.destroy();
        far.destroy();
      });
    }
    far.on('data', ({ length }) => this.#count('toDialler', length));
    near.on('data', ({ length }) => this.#count('toDialled', length));
    const rate = this.#bytesASecond;
    const carry = (from: net.Socket, to: net.Socket): void => {
      const shaped = rate === undefined ? from : from.pipe(this.#slow(rate));
      (this.delayMs === 0 ? shaped : shaped.pipe(later(this.delayMs))).pipe(to);
    };
    carry(near, far);
    carry(far, near);
  }

  #slow(bytesASecond: number): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        setTimeout(
          () => {
            void Promise.resolve(this.#held?.promise).then(() => {
              done(null, chunk);
            });
          },
          (chunk.length / bytesASecond) * 1000,
        );
      },
    });
  }

  #count(way: keyof Relay['carried'], bytes: number): void {
    this.carried[way] += bytes;
    for (const look of this.#watchers) look();
    this.#watchers.clear();
  }
}

function later(ms: number): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      setTimeout(() => this.push(chunk), ms);
      done();
    },
    flush(done) {
      setTimeout(done, ms);
    },
  });
}
