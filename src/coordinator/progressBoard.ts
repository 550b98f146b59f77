import type { Progress } from '../protocol/model.ts';
import type { Timers } from '../protocol/timers.ts';

/**
 * Progress of all that runs: the latest of each job, told at most once an interval, with one timer and only
 * while somebody listens and something moves.
 */
export class ProgressBoard {
  readonly #intervalMs: number;
  readonly #timers: Timers;
  readonly #latest = new Map<string, Progress>();
  readonly #listeners = new Set<(progress: Progress[]) => void>();
  #stopTimer: (() => void) | undefined;
  #changed = false;

  constructor(options: { intervalMs: number; timers: Timers }) {
    this.#intervalMs = options.intervalMs;
    this.#timers = options.timers;
  }

  update(progress: Progress): void {
    this.#latest.set(progress.jobId, progress);
    this.#changed = true;
    this.#tell();
  }

  /** The job has ended, or goes back to the queue. */
  forget(jobId: string): void {
    this.#latest.delete(jobId);
  }

  /** Hears at once where things stand, then what changes. */
  listen(listener: (progress: Progress[]) => void): () => void {
    this.#listeners.add(listener);
    if (this.#latest.size > 0) listener([...this.#latest.values()]);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** The first of a burst is told at once, the rest when the interval is over. */
  #tell(): void {
    if (!this.#changed || this.#stopTimer || this.#listeners.size === 0) return;
    this.#changed = false;
    const progress = [...this.#latest.values()];
    if (progress.length > 0) for (const listener of this.#listeners) listener(progress);
    this.#stopTimer = this.#timers.after(this.#intervalMs, () => {
      this.#stopTimer = undefined;
      this.#tell();
    });
  }
}
