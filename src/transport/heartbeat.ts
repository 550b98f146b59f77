import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

interface Watched {
  /** What the WebSocket goes over. */
  readonly below: Duplex;
  /** Bytes that had come when it was looked at last. */
  heard: number;
  /** Pings since anything came. */
  missed: number;
}

/**
 * One timer for all sockets of a server: pings them, and cuts those of which nothing is heard. Any byte counts: on a slow way a
 * ping, or its answer, waits behind minutes of a file.
 */
export class Heartbeat {
  readonly #watched = new Map<WebSocket, Watched>();
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

  watch(socket: WebSocket, below: Duplex): void {
    this.#watched.set(socket, { below, heard: bytesHeard(below), missed: 0 });
    socket.once('close', () => {
      this.#watched.delete(socket);
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watched.clear();
  }

  #beat(): void {
    for (const [socket, watched] of this.#watched) {
      const heard = bytesHeard(watched.below);
      if (heard !== watched.heard) watched.missed = 0;
      watched.heard = heard;
      if (watched.missed >= this.#misses) socket.terminate();
      else {
        watched.missed += 1;
        if (socket.readyState === socket.OPEN) socket.ping();
      }
    }
  }
}

/** In an eighth of the silence it is seen that there was one. */
const looksInSilence = 8;

/**
 * Cuts a socket of which nothing was heard for `silenceMs`. Whoever listens pings all that is open: a cable that was pulled is told
 * by nothing else, or after many minutes.
 */
export function endInSilence(socket: WebSocket, below: Duplex, silenceMs: number): void {
  let heard = bytesHeard(below);
  let since = performance.now();
  const timer = setInterval(() => {
    const now = bytesHeard(below);
    if (now !== heard) since = performance.now();
    else if (performance.now() - since >= silenceMs) socket.terminate();
    heard = now;
  }, silenceMs / looksInSilence);
  timer.unref();
  socket.once('close', () => {
    clearInterval(timer);
  });
}

/** On TLS and on what goes without. */
function bytesHeard(below: Duplex): number {
  return below instanceof Socket ? below.bytesRead : 0;
}
