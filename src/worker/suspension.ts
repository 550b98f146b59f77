/** Whether an attempt stands still, as a person asked for. What waits for it to go on is ended by its signal. */
export class Suspension {
  #suspended = false;
  readonly #listeners = new Set<(suspended: boolean) => void>();

  get suspended(): boolean {
    return this.#suspended;
  }

  set(suspended: boolean): void {
    if (suspended === this.#suspended) return;
    this.#suspended = suspended;
    for (const listener of [...this.#listeners]) listener(suspended);
  }

  /** Returns what ends it. */
  onChange(listener: (suspended: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Resolves when the attempt may go on; rejects with the signal's reason when that comes first. */
  async released(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#suspended) return;
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        stop();
        signal.removeEventListener('abort', aborted);
      };
      const aborted = (): void => {
        done();
        reject(signal.reason as Error);
      };
      const stop = this.onChange((suspended) => {
        if (suspended) return;
        done();
        resolve();
      });
      signal.addEventListener('abort', aborted);
    });
  }
}
