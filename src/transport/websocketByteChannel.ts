import { WebSocket } from 'ws';
import type { CloseReason } from '../protocol/channel.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { ByteChannel } from './byteChannel.ts';

/** An open, authenticated WebSocket for the bytes of files. The limit of a message is the socket's `maxPayload`. */
export class WebSocketByteChannel implements ByteChannel {
  readonly #socket: WebSocket;
  readonly #early: (string | Buffer)[] = [];
  #messageListener: ((message: string | Buffer) => void) | undefined;
  #closeListener: ((reason: CloseReason) => void) | undefined;
  #closed: CloseReason | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      // ws hands both over as one Buffer unless told otherwise.
      const message = isBinary ? (data as Buffer) : (data as Buffer).toString('utf8');
      if (this.#messageListener) this.#messageListener(message);
      else this.#early.push(message);
    });
    // A close follows every error, and says it; without a listener the process would end.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.#closed = { code, text: reason.toString('utf8') };
      this.#closeListener?.(this.#closed);
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(closedError());
        return;
      }
      this.#socket.send(message, (error) => {
        if (error) reject(closedError(error));
        else resolve();
      });
    });
  }

  onMessage(listener: (message: string | Buffer) => void): void {
    this.#messageListener = listener;
    for (const message of this.#early.splice(0)) listener(message);
  }

  onClose(listener: (reason: CloseReason) => void): void {
    this.#closeListener = listener;
    if (this.#closed) listener(this.#closed);
  }

  /** Nothing that is under way is waited for: what is missing of a file is asked for again. */
  close(reason: CloseReason = { code: 1000, text: '' }): void {
    // RFC 6455 leaves 123 bytes for the text.
    this.#socket.close(reason.code, reason.text.slice(0, 120));
    this.#socket.terminate();
  }
}

function closedError(cause?: unknown): DffmpegError {
  return new DffmpegError('disconnected', 'The connection for files is closed.', { cause });
}
