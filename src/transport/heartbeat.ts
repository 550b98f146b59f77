import type { WebSocket } from 'ws';

/** Pings without an answer after which a socket is dead. Two, because a machine that wakes up has missed one. */
const patience = 2;

/** One timer for all sockets of a server: pings them, and cuts those that do not answer. */
export class Heartbeat {
  readonly #missed = new Map<WebSocket, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMs: number) {
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
      if (missed >= patience) socket.terminate();
      else {
        this.#missed.set(socket, missed + 1);
        if (socket.readyState === socket.OPEN) socket.ping();
      }
    }
  }
}
