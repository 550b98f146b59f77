import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { TaskPayload, TaskReport } from '../protocol/tasks.ts';
import type { CapabilityProver } from './capabilities.ts';
import { encodeTask } from './encodeTask.ts';
import type { AttemptKey, ReportOutbox } from './outbox.ts';
import { probeTask } from './probeTask.ts';
import { Redirection } from './redirection.ts';
import { Suspension } from './suspension.ts';
import { isCancelled, TaskFailure, type TaskContext } from './task.ts';

/** What the worker gives to an attempt; all but what the attempt's own life brings. */
export type ContextOf = (
  key: AttemptKey,
  payload: TaskPayload,
  prover: CapabilityProver,
) => Omit<TaskContext, 'key' | 'signal' | 'suspension' | 'redirection' | 'report' | 'rest' | 'commit'> & {
  commit: (request: Parameters<TaskContext['commit']>[0], signal: AbortSignal) => Promise<string>;
};

interface Attempt {
  key: AttemptKey;
  jobId: string;
  kind: TaskPayload['kind'];
  end: AbortController;
  suspension: Suspension;
  redirection: Redirection;
  done: Promise<void>;
}

/** How an attempt is steered, from its offer on. */
interface Reins {
  readonly end: AbortController;
  readonly suspension: Suspension;
}

function newReins(): Reins {
  return { end: new AbortController(), suspension: new Suspension() };
}

/** The attempts that run here: started, cancelled, and reported to their end. */
export class Attempts {
  readonly #outbox: ReportOutbox;
  readonly #contextOf: ContextOf;
  readonly #onEnd: () => void;
  readonly #onEncoding: (encoding: boolean) => void;
  readonly #onFailed: (payload: TaskPayload, error: unknown) => void;
  readonly #running = new Map<string, Attempt>();
  /** Of offers that are being thought over. */
  readonly #offered = new Map<string, Reins>();

  /** `onEncoding`: whether anything is encoded now; what stands still is not. May be told more than once of the same. */
  constructor(
    outbox: ReportOutbox,
    contextOf: ContextOf,
    on: {
      end: () => void;
      encoding: (encoding: boolean) => void;
      /** Before it is reported. */
      failed: (payload: TaskPayload, error: unknown) => void;
    },
  ) {
    this.#outbox = outbox;
    this.#contextOf = contextOf;
    this.#onEnd = on.end;
    this.#onEncoding = on.encoding;
    this.#onFailed = on.failed;
  }

  has(key: AttemptKey): boolean {
    return this.#running.has(nameOf(key));
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.race([...this.#running.values()].map(({ done }) => done));
  }

  get keys(): AttemptKey[] {
    return [...this.#running.values()].map(({ key }) => key);
  }

  /** `decide` may end in `start`; a cancel or a pause that comes before it does is kept for the attempt. */
  async consider<T>(key: AttemptKey, decide: () => Promise<T>): Promise<T> {
    const name = nameOf(key);
    if (!this.#offered.has(name)) this.#offered.set(name, newReins());
    try {
      return await decide();
    } finally {
      this.#offered.delete(name);
    }
  }

  /** `release` gives the slot up; called before the last report, since that may bring the next offer. */
  start(key: AttemptKey, payload: TaskPayload, prover: CapabilityProver, release: () => void): void {
    const { end, suspension } = this.#offered.get(nameOf(key)) ?? newReins();
    const redirection = new Redirection();
    const given = { ...this.#contextOf(key, payload, prover), suspension, redirection };
    const stopFollowing = suspension.onChange(() => {
      this.#tellEncoding();
    });
    const done = this.#run(key, payload, given, end.signal, release).finally(() => {
      release();
      this.#running.delete(nameOf(key));
      stopFollowing();
      this.#tellEncoding();
      this.#onEnd();
    });
    const { jobId, kind } = payload;
    this.#running.set(nameOf(key), { key, jobId, kind, end, suspension, redirection, done });
    this.#tellEncoding();
  }

  #tellEncoding(): void {
    const all = [...this.#running.values()];
    this.#onEncoding(all.some(({ kind, suspension }) => kind === 'encode' && !suspension.suspended));
  }

  cancel(key: AttemptKey): void {
    const { end } = this.#running.get(nameOf(key)) ?? this.#offered.get(nameOf(key)) ?? {};
    end?.abort(new DffmpegError('cancelled', 'The job was cancelled.', { hint: 'Retry it to start anew.' }));
  }

  /** What it was given is of no use to anybody any more. */
  cancelAll(): void {
    for (const key of this.keys) this.cancel(key);
  }

  suspend(key: AttemptKey, suspended: boolean): void {
    const { suspension } = this.#running.get(nameOf(key)) ?? this.#offered.get(nameOf(key)) ?? {};
    suspension?.set(suspended);
  }

  /** Another folder was chosen for what waits for its own. */
  redirect(key: AttemptKey): void {
    this.#running.get(nameOf(key))?.redirection.redirect();
  }

  /** Ends every ffmpeg and waits until all attempts are over. Nothing is reported of what this ended. */
  async close(): Promise<void> {
    const all = [...this.#running.values()];
    for (const { end } of all) end.abort();
    await Promise.all(all.map(({ done }) => done));
  }

  /** Never rejects. */
  async #run(
    key: AttemptKey,
    payload: TaskPayload,
    given: ReturnType<ContextOf> & Pick<TaskContext, 'suspension' | 'redirection'>,
    signal: AbortSignal,
    release: () => void,
  ): Promise<void> {
    const context: TaskContext = {
      ...given,
      key,
      signal,
      report: (report, last) => {
        if (last) release();
        return this.#outbox.post(key, report);
      },
      rest: release,
      commit: (request) => given.commit(request, signal),
    };
    try {
      if (payload.kind === 'probe') await probeTask(payload, context);
      else await encodeTask(payload, context);
    } catch (thrown) {
      // The worker itself ends: the coordinator learns that from the closed channel.
      if (signal.aborted && !isCancelled(signal)) return;
      this.#onFailed(payload, thrown);
      await context.report(reportOf(thrown, signal), 'last').catch(() => undefined);
    }
  }
}

function reportOf(thrown: unknown, signal: AbortSignal): TaskReport {
  const failure = thrown instanceof TaskFailure ? thrown : undefined;
  if (isCancelled(signal)) return { type: 'cancelled', exit: failure?.exit };
  const error = failure?.error ?? toDffmpegError(thrown, 'ffmpeg-failed');
  const { exit, output, verdict } = failure ?? {};
  return { type: 'failed', error: error.toData(), exit, output, verdict };
}

export function nameOf({ taskId, fence }: AttemptKey): string {
  return `${taskId}/${fence}`;
}
