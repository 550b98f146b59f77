import type { PlacingFs } from '../files/placingFs.ts';
import type { Traces } from '../files/traces.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Exit, Progress } from '../protocol/model.ts';
import type { Params } from '../protocol/contract.ts';
import type { CoordinatorMethods } from '../protocol/workerContract.ts';
import type { EncodePayload, TaskReport } from '../protocol/tasks.ts';
import type { CapabilityProver } from './capabilities.ts';
import type { AttemptKey, ReportOutcome } from './outbox.ts';
import type { Redirection } from './redirection.ts';
import type { FetchedSources, FetchOptions } from './remoteFiles.ts';
import type { Suspension } from './suspension.ts';
import type { WorkerSettings } from './workerSettings.ts';

export type CommitRequest = Omit<Params<CoordinatorMethods['task.commit']>, keyof AttemptKey>;

/** The files of an attempt whose source and destination are on another machine. */
export interface Elsewhere {
  /** Waits while there is no connection. */
  fetch(payload: EncodePayload, how: FetchOptions): Promise<FetchedSources>;
  /** Resolves when the result has its name there; throws when it is refused, and when the signal aborts. */
  handOver(
    result: Pick<CommitRequest, 'output' | 'verdict' | 'staged'>,
    fetched: FetchedSources,
    signal: AbortSignal,
  ): Promise<void>;
}

/** What one attempt may use: made by the worker for each. */
export interface TaskContext {
  readonly key: AttemptKey;
  readonly prover: CapabilityProver;
  readonly settings: WorkerSettings;
  readonly lowPriority: boolean;
  readonly scratchDir: string;
  readonly recordDir: string;
  /** What it puts into other people's folders. */
  readonly traces: Traces;
  /** Throws where a result in this folder would not stay: it is the daemon's own. */
  readonly requireForeign: (folder: string) => Promise<void>;
  /** How results get their names. */
  readonly fs: PlacingFs;
  /** Aborted by a cancel (the reason is then a `DffmpegError` with code `cancelled`) or by the worker's end. */
  readonly signal: AbortSignal;
  readonly suspension: Suspension;
  readonly redirection: Redirection;
  /** `last`: nothing more happens in this attempt, its slot is free. */
  report(report: TaskReport, last?: 'last'): Promise<ReportOutcome>;
  /** The result waits, however long: its slot and its room are free. */
  rest(): void;
  /** Undefined where this worker sees the files. */
  readonly elsewhere: Elsewhere | undefined;
  /** Asks until granted; throws when it is refused, and when the signal aborts. */
  commit(request: CommitRequest): Promise<string>;
  /** Bytes of results that are on the disk by now. */
  wrote(folder: string, bytes: number): void;
  progress(progress: Omit<Progress, 'jobId' | 'fence'>): void;
  log(text: string): void;
}

/** An attempt that failed, with what is known of ffmpeg's end and of the result. */
export class TaskFailure extends Error {
  readonly error: DffmpegError;
  readonly exit: Exit | undefined;
  /** The output that was being made, with what was found of it. */
  readonly output: number | undefined;
  readonly verdict: Extract<TaskReport, { type: 'failed' }>['verdict'];

  constructor(
    error: DffmpegError,
    known: Pick<TaskFailure, 'exit'> & Partial<Pick<TaskFailure, 'output' | 'verdict'>>,
  ) {
    super(error.message, { cause: error });
    this.error = error;
    this.exit = known.exit;
    this.output = known.output;
    this.verdict = known.verdict;
  }
}

/** A refusal of one of the pure functions, as the error that it names. */
export function toError(problem: {
  code: DffmpegError['code'];
  message: string;
  hint: string;
}): DffmpegError {
  return new DffmpegError(problem.code, problem.message, { hint: problem.hint });
}

/** Whether the coordinator asked for the end, rather than the worker ending itself. */
export function isCancelled(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof DffmpegError && signal.reason.code === 'cancelled';
}
