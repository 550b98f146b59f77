import type { CloseReason } from '../protocol/channel.ts';

/**
 * An authenticated two-way stream of messages for the bytes of files: text (what is asked, what went wrong) and binary
 * (what was asked for). Order is kept.
 */
export interface ByteChannel {
  /** Resolves when the transport has taken it; rejects with `disconnected` when the channel is closed. */
  send(message: string | Uint8Array): Promise<void>;
  /** At most one listener; what comes before it is set is kept. A binary message is the listener's own. */
  onMessage(listener: (message: string | Buffer) => void): void;
  /** Called once, also when set after the close. */
  onClose(listener: (reason: CloseReason) => void): void;
  close(reason?: CloseReason): void;
  /** Bytes that the system has not taken yet. */
  readonly bufferedBytes: number;
}

/** One message at most: a range of 1 MiB with its header. */
export const maxMessageBytes = 1024 * 1024 + 4096;
