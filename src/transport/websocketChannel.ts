import { WebSocket } from 'ws';
import type { Channel, CloseReason } from '../protocol/channel.ts';
import { DffmpegError } from '../protocol/errors.ts';

/** An open, authenticated WebSocket as a channel. The frame limit is the socket's `maxPayload`. */
export class WebSocketChannel implements Channel {
  readonly #socket: WebSocket;
  readonly #closeGraceMs: number;
  readonly #early: string[] = [];
  #frameListener: ((frame: string) => void) | undefined;
  #closeListener: ((reason: CloseReason) => void) | undefined;
  #closed: CloseReason | undefined;
  /** Closed from here: whatever still comes is not delivered. */
  #closing: CloseReason | undefined;

  /** `closeGraceMs`: how long an orderly close may wait for the other side before the socket is cut, milliseconds. */
  constructor(socket: WebSocket, closeGraceMs: number) {
    this.#socket = socket;
    this.#closeGraceMs = closeGraceMs;
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary);
    });
    // A close follows every error, and says it; without a listener the process would end.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      // The reason given here is the one that counts, also when the socket had to be cut.
      this.#finish(this.#closing ?? { code, text: reason.toString('utf8') });
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closing || this.#socket.readyState !== WebSocket.OPEN) {
        reject(closedError());
        return;
      }
      this.#socket.send(frame, (error) => {
        if (error) reject(closedError(error));
        else resolve();
      });
    });
  }

  onFrame(listener: (frame: string) => void): void {
    this.#frameListener = listener;
    for (const frame of this.#early.splice(0)) listener(frame);
  }

  onClose(listener: (reason: CloseReason) => void): void {
    this.#closeListener = listener;
    if (this.#closed) this.#announceClose(this.#closed);
  }

  close(reason: CloseReason = { code: 1000, text: '' }): void {
    if (this.#closing || this.#closed) return;
    this.#closing = reason;
    // RFC 6455 leaves 123 bytes for the text.
    this.#socket.close(reason.code, reason.text.slice(0, 120));
    const cut = setTimeout(() => {
      this.#socket.terminate();
    }, this.#closeGraceMs);
    this.#socket.once('close', () => {
      clearTimeout(cut);
    });
  }

  #receive(data: WebSocket.RawData, isBinary: boolean): void {
    if (this.#closing) return;
    if (isBinary) {
      this.close({ code: 1003, text: 'Frames are text.' });
      return;
    }
    // ws hands text over as one Buffer unless told otherwise.
    const frame = (data as Buffer).toString('utf8');
    if (this.#frameListener) this.#frameListener(frame);
    else this.#early.push(frame);
  }

  #finish(reason: CloseReason): void {
    this.#closed = reason;
    this.#announceClose(reason);
  }

  #announceClose(reason: CloseReason): void {
    const listener = this.#closeListener;
    this.#closeListener = undefined;
    listener?.(reason);
  }
}

function closedError(cause?: unknown): DffmpegError {
  return new DffmpegError('disconnected', 'The connection is closed.', { cause });
}
