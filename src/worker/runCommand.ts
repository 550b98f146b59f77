import type { ProgressBlock } from '../encoding/progress.ts';
import { toDffmpegError } from '../protocol/errors.ts';
import type { AttemptCommand, Exit } from '../protocol/model.ts';
import { failedRun } from './encodeFailure.ts';
import { runFfmpeg, type FfmpegExit } from './ffmpegProcess.ts';
import type { Suspension } from './suspension.ts';
import { TaskFailure } from './task.ts';
import type { WorkerSettings } from './workerSettings.ts';

export type Purpose = AttemptCommand['purpose'];

/** Where and how the ffmpegs of one output run, one after the other. */
export interface RunPlace {
  /** A folder of their own: each runs there. */
  readonly directory: string;
  /** Absolute path of ffmpeg. */
  readonly binary: string;
  readonly lowPriority: boolean;
  readonly settings: Pick<
    WorkerSettings,
    | 'stopGraceSeconds'
    | 'jobLogMs'
    | 'readBackTries'
    | 'readBackSeconds'
    | 'stallSeconds'
    | 'analyseStallSeconds'
    | 'verifyStallSeconds'
  >;
  /** Aborting it ends what runs. */
  readonly signal: AbortSignal;
  /** While it is on, what runs stands still, and nothing begins. */
  readonly suspension?: Suspension | undefined;
  /** While it is on, what runs waits for bytes of its source. */
  readonly waits?: Suspension | undefined;
  log(text: string): void;
  /** Told of each that has begun; `argv` has the binary first. */
  started(command: { purpose: Purpose; argv: string[]; pid: number; processStart: string }): void;
}

export interface RunRequest {
  readonly purpose: Purpose;
  /** ffmpeg's arguments, without the binary. */
  readonly argv: readonly string[];
  readonly onProgress?: (block: ProgressBlock) => void;
}

/** Purposes whose standard error is a measurement, of interest only when it fails. */
const measuring: readonly Purpose[] = ['crop', 'loudness', 'quality'];

/** Runs one ffmpeg to its end. Throws a `TaskFailure` unless it ended with 0. */
export async function runCommand(place: RunPlace, request: RunRequest): Promise<FfmpegExit> {
  const { purpose } = request;
  const { binary, directory, signal } = place;
  signal.throwIfAborted();
  await place.suspension?.released(signal);
  const quiet = measuring.includes(purpose);
  const isEncode = purpose === 'encode' || purpose === 'first-pass';
  const stallSeconds = isEncode ? place.settings.stallSeconds : place.settings.analyseStallSeconds;
  const run = runFfmpeg({
    binary,
    argv: request.argv,
    directory,
    lowPriority: place.lowPriority,
    stallMs: stallSeconds * 1000,
    settings: place.settings,
    signal,
    ...{ suspension: place.suspension, waits: place.waits },
    onProgress: request.onProgress ?? (() => undefined),
    onLog: (text) => {
      if (!quiet) place.log(text);
    },
  });
  if (run.pid !== undefined) {
    const processStart = (await run.processStart) ?? '';
    place.started({ purpose, argv: [binary, ...request.argv], pid: run.pid, processStart });
  }
  const exit = await run.exit;
  if (signal.aborted) throw new TaskFailure(toDffmpegError(signal.reason), { exit: exitOf(exit) });
  if (exit.code === 0) return exit;
  if (quiet) place.log(`${exit.stderr.tail.join('\n')}\n`);
  throw new TaskFailure(failedRun(exit, { binary, stallSeconds }, request.argv), { exit: exitOf(exit) });
}

export function exitOf({ code, signal }: FfmpegExit): Exit {
  return { code, signal };
}
