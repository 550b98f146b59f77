import { errorTable, type ErrorCode, type ErrorData } from '../protocol/errors.ts';

/** A worker that gets nothing for a while, because what it was given failed there. */
export interface SetAside {
  readonly reason: ErrorData;
  /** Milliseconds since the epoch: then it is tried with one encode. */
  readonly until: number;
}

export interface CircuitBreakerSettings {
  readonly setAsideFailures: number;
  readonly setAsideMs: number;
}

/** A missing ffmpeg and a full disk are waited for where they are seen. */
const waitsOtherwise: readonly ErrorCode[] = ['ffmpeg-missing', 'scratch-full'];

/**
 * The circuit breaker of a worker (closed, open, half-open): failures of its surroundings in a row set it aside for a while, after which it is tried with one encode
 * at a time until one succeeds. One job alone that fails again and again says as much of the job: then it takes another.
 */
export class CircuitBreaker {
  readonly #settings: CircuitBreakerSettings;
  /** Failures in a row, … */
  #count = 0;
  /** … and of which jobs the last of them were. */
  #jobs: string[] = [];
  #setAside: SetAside | undefined;
  #onTrial = false;

  constructor(settings: CircuitBreakerSettings) {
    this.#settings = settings;
  }

  get setAside(): SetAside | undefined {
    return this.#setAside;
  }

  /** It takes one encode at a time. */
  get onTrial(): boolean {
    return this.#onTrial;
  }

  succeeded(): void {
    this.#count = 0;
    this.#jobs = [];
    this.#setAside = undefined;
    this.#onTrial = false;
  }

  /** Returns whether it is set aside by that. */
  failed(jobId: string, error: ErrorData, now: number): boolean {
    const classed = error.code === 'timeout' ? 'environment' : errorTable[error.code];
    if (classed !== 'environment' || waitsOtherwise.includes(error.code)) return false;
    const { setAsideFailures, setAsideMs } = this.#settings;
    this.#count += 1;
    this.#jobs = [...this.#jobs, jobId].slice(-setAsideFailures);
    const enough =
      this.#count >= setAsideFailures && (new Set(this.#jobs).size > 1 || setAsideFailures === 1);
    if (!this.#onTrial && !enough) return false;
    this.#onTrial = false;
    const count = this.#count === 1 ? 'An attempt' : `${this.#count} attempts in a row`;
    this.#setAside = {
      reason: {
        code: error.code,
        message: `${count} failed there, at last so: ${error.message}`,
        hint: error.hint,
      },
      until: now + setAsideMs,
    };
    return true;
  }

  /** The time is over. */
  tryAgain(): void {
    this.#onTrial = this.#setAside !== undefined;
    this.#setAside = undefined;
  }
}
