import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { TaskReport } from '../protocol/tasks.ts';
import { persistently } from './persistently.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface AttemptKey {
  taskId: string;
  fence: number;
}

/** `refused`: the coordinator will never take it, most often because a later attempt exists. */
export type ReportOutcome = 'stored' | 'refused';

/** Where reports wait until they are answered. Kept in memory here; a durable one has the same two methods. */
export interface ReportOutbox {
  /**
   * Reports of one attempt arrive in the order of the calls, each at least once. Rejects only when the
   * outbox is closed before the answer.
   */
  post(key: AttemptKey, report: TaskReport): Promise<ReportOutcome>;
  close(): void;
}

export interface MemoryOutboxOptions {
  send: (key: AttemptKey, report: TaskReport, signal: AbortSignal) => Promise<unknown>;
  onRefused: (key: AttemptKey, report: TaskReport, error: DffmpegError) => void;
  settings?: WorkerSettings;
}

export class MemoryOutbox implements ReportOutbox {
  readonly #options: MemoryOutboxOptions;
  readonly #closed = new AbortController();
  /** Attempt → its last report. */
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(options: MemoryOutboxOptions) {
    this.#options = options;
  }

  post(key: AttemptKey, report: TaskReport): Promise<ReportOutcome> {
    const name = `${key.taskId}/${key.fence}`;
    const before = this.#tails.get(name) ?? Promise.resolve();
    const outcome = before.then(() => this.#send(key, report));
    const tail = outcome.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(name, tail);
    void tail.then(() => {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    });
    return outcome;
  }

  close(): void {
    this.#closed.abort();
  }

  async #send(key: AttemptKey, report: TaskReport): Promise<ReportOutcome> {
    const { signal } = this.#closed;
    try {
      await persistently(() => this.#options.send(key, report, signal), signal, this.#options.settings);
      return 'stored';
    } catch (thrown) {
      signal.throwIfAborted();
      this.#options.onRefused(key, report, toDffmpegError(thrown));
      return 'refused';
    }
  }
}
