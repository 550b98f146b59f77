import type { Channel, CloseReason } from '../protocol/channel.ts';
import { DffmpegError } from '../protocol/errors.ts';

/** Two ends of one channel within this process: what one sends, the other gets, in order, in a later turn. */
export function createMemoryChannelPair(): [Channel, Channel] {
  const one = new MemoryChannel();
  const other = new MemoryChannel();
  one.connect(other);
  other.connect(one);
  return [one, other];
}

interface Delivery {
  frame: string;
  bytes: number;
  taken: () => void;
  lost: (error: DffmpegError) => void;
}

class MemoryChannel implements Channel {
  /** What the other end has sent and nobody here has taken. */
  readonly #inbox: Delivery[] = [];
  #other: MemoryChannel | undefined;
  #frameListener: ((frame: string) => void) | undefined;
  #closeListener: ((reason: CloseReason) => void) | undefined;
  #closed: CloseReason | undefined;
  #inboxBytes = 0;
  #scheduled = false;

  connect(other: MemoryChannel): void {
    this.#other = other;
  }

  get bufferedBytes(): number {
    return this.#other?.inboxBytes ?? 0;
  }

  get inboxBytes(): number {
    return this.#inboxBytes;
  }

  send(frame: string): Promise<void> {
    return new Promise((taken, lost) => {
      if (this.#closed || !this.#other) lost(closedError());
      else this.#other.accept({ frame, bytes: Buffer.byteLength(frame), taken, lost });
    });
  }

  onFrame(listener: (frame: string) => void): void {
    this.#frameListener = listener;
    this.#schedule();
  }

  onClose(listener: (reason: CloseReason) => void): void {
    this.#closeListener = listener;
    if (this.#closed) this.#announceClose(this.#closed);
  }

  /** What was sent before still arrives there; here nothing arrives any more. */
  close(reason: CloseReason = { code: 1000, text: '' }): void {
    if (this.#closed) return;
    this.#end(reason);
    setImmediate(() => this.#other?.closeFromOther(reason));
  }

  accept(delivery: Delivery): void {
    this.#inbox.push(delivery);
    this.#inboxBytes += delivery.bytes;
    this.#schedule();
  }

  closeFromOther(reason: CloseReason): void {
    if (this.#closed) return;
    this.#deliver();
    this.#end(reason);
  }

  #end(reason: CloseReason): void {
    this.#closed = reason;
    for (const delivery of this.#inbox.splice(0)) delivery.lost(closedError());
    this.#inboxBytes = 0;
    this.#announceClose(reason);
  }

  #announceClose(reason: CloseReason): void {
    const listener = this.#closeListener;
    this.#closeListener = undefined;
    if (listener) setImmediate(listener, reason);
  }

  /** One turn of the event loop for each batch: two busy ends do not keep timers and sockets waiting. */
  #schedule(): void {
    if (this.#scheduled || !this.#frameListener || this.#inbox.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const listener = this.#frameListener;
    if (!listener) return;
    const batch = this.#inbox.splice(0);
    this.#inboxBytes = 0;
    for (const { frame, taken, lost } of batch) {
      if (this.#closed) {
        lost(closedError());
        continue;
      }
      taken();
      listener(frame);
    }
  }
}

function closedError(): DffmpegError {
  return new DffmpegError('disconnected', 'The connection is closed.');
}
