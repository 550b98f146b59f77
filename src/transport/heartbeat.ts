import type { WebSocket } from 'ws';

/** One timer for all sockets of a server: pings them, and cuts those that do not answer. */
export class Heartbeat {
  readonly #missed = new Map<WebSocket, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #misses: number;

  /** `misses`: pings without an answer after which a socket is dead. */
  constructor(intervalMs: number, misses: number) {
    this.#misses = misses;
    this.#timer = setInterval(() => {
      this.#beat();
    }, intervalMs);
    this.#timer.unref();
  }

  watch(socket: WebSocket): void {
    this.#missed.set(socket, 0);
    socket.on('pong', () => {
      this.#missed.set(socket, 0);
    });
    socket.once('close', () => {
      this.#missed.delete(socket);
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#missed.clear();
  }

  #beat(): void {
    for (const [socket, missed] of this.#missed) {
      if (missed >= this.#misses) socket.terminate();
      else {
        this.#missed.set(socket, missed + 1);
        if (socket.readyState === socket.OPEN) socket.ping();
      }
    }
  }
}
