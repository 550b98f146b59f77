/** An authenticated two-way stream of frames. One frame is one text message; order is kept. */
export interface Channel {
  /**
   * Queues one frame. Resolves when the transport has taken it, so awaiting is back-pressure; rejects with
   * `disconnected` when the channel is closed.
   */
  send(frame: string): Promise<void>;
  /** At most one listener; frames that come before it is set are kept. */
  onFrame(listener: (frame: string) => void): void;
  /** Called once, also when set after the close. */
  onClose(listener: (reason: CloseReason) => void): void;
  close(reason?: CloseReason): void;
  /** Bytes queued and not yet taken by the system: what latest-wins events look at before they add to it. */
  readonly bufferedBytes: number;
}

export interface CloseReason {
  /** WebSocket close codes (RFC 6455, section 7.4); 1000 is orderly. */
  code: number;
  text: string;
}
