import { execa } from 'execa';
import { createActiveClock } from '../encoding/activeClock.ts';
import { createProgressParser, type ProgressBlock } from '../encoding/progress.ts';
import { createStderrReader, type StderrSummary } from '../encoding/stderr.ts';
import type { Exit } from '../protocol/model.ts';
import { noteChild } from './childLedger.ts';
import { childMark } from './childMark.ts';
import { ffmpegEnvironment } from './environment.ts';
import { LineBatcher } from './lineBatcher.ts';
import { lowerPriority } from './priority.ts';
import { processStart } from './processTable.ts';
import { StallTimer } from './stallTimer.ts';
import { standStill } from './standStill.ts';
import type { Suspension } from './suspension.ts';
import type { WorkerSettings } from './workerSettings.ts';

/** Characters of standard error that are kept: more than any reader of measurements needs. */
const saidLength = 256 * 1024;

export interface FfmpegOptions {
  binary: string;
  argv: readonly string[];
  /** The attempt's own folder: it runs there, and writes nowhere else. */
  directory: string;
  lowPriority: boolean;
  /** Milliseconds without any progress, reported or in the folder, after which it is ended. */
  stallMs: number;
  settings: Pick<WorkerSettings, 'stopGraceSeconds' | 'jobLogMs'>;
  /** Aborting ends it. */
  signal: AbortSignal;
  /** While it is on, the process stands still (on Unix), and no stall is counted. */
  suspension?: Suspension | undefined;
  /** While it is on, no stall is counted either: it waits for bytes that come from elsewhere. */
  waits?: Suspension | undefined;
  onProgress: (block: ProgressBlock) => void;
  /** Whole lines of standard error, now and then; of a flood not all. */
  onLog: (text: string) => void;
  /** Lines that belong to the log; missing: all. */
  logs?: ((line: string) => boolean) | undefined;
  /** All of standard error, as it comes. */
  onSaid?: ((chunk: string) => void) | undefined;
}

export interface FfmpegExit extends Exit {
  stderr: StderrSummary;
  /** The end of its standard error as it came, for what ffmpeg prints when it has measured something. */
  said: string;
  /** From its start to its end, without the time that it stood still. */
  seconds: number;
  /** The last of what it reported. */
  progress: ProgressBlock | undefined;
  /** Ended by us for having made no progress. */
  stalled: boolean;
  /** It could not be started; the system's name of the reason. */
  failedToStart: string | undefined;
}

export interface FfmpegRun {
  /** `undefined` when it could not be started. */
  pid: number | undefined;
  /** `undefined` also when it had ended before that could be read. */
  processStart: Promise<string | undefined>;
  /** Never rejects. */
  exit: Promise<FfmpegExit>;
}

/**
 * Runs one encode. Standard input stays open, since ffmpeg takes its end for `q`; the process leads a group
 * of its own, and that whole tree ends with a cancel or with this process.
 */
export function runFfmpeg(options: FfmpegOptions): FfmpegRun {
  const subprocess = execa(options.binary, options.argv, {
    stdin: 'pipe',
    buffer: false,
    reject: false,
    extendEnv: false,
    env: { ...ffmpegEnvironment(process.env), ...childMark() },
    cwd: options.directory,
    forceKillAfterDelay: options.settings.stopGraceSeconds * 1000,
    killDescendants: true,
    encoding: 'utf8',
  });
  noteChild(subprocess.pid, subprocess);
  const { pid } = subprocess;
  lowerPriority(pid, options.lowPriority ? 'low' : 'normal');
  return {
    pid,
    processStart: pid === undefined ? Promise.resolve(undefined) : processStart(pid),
    exit: follow(subprocess, options),
  };
}

async function follow(subprocess: Subprocess, options: FfmpegOptions): Promise<FfmpegExit> {
  const clock = createActiveClock();
  clock.at(performance.now());
  const parser = createProgressParser();
  const stderr = createStderrReader();
  const log = new LineBatcher(options.onLog, options.settings.jobLogMs, options.logs);
  const stall = new StallTimer({
    milliseconds: options.stallMs,
    folder: options.directory,
    onStall: () => subprocess.kill('SIGTERM'),
  });
  let progress: ProgressBlock | undefined;
  let said = '';

  subprocess.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    for (const block of parser.push(chunk)) {
      if (isAhead(block, progress)) stall.restart();
      progress = block;
      options.onProgress(block);
    }
  });
  subprocess.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr.push(chunk);
    log.push(chunk);
    options.onSaid?.(chunk);
    said = (said + chunk).slice(-saidLength);
  });
  // What is written after it has ended is nobody's loss.
  subprocess.stdin.on('error', () => undefined);

  const { suspension, waits } = options;
  const holdStall = (): void => {
    stall.hold(suspension?.suspended === true || waits?.suspended === true);
  };
  const stopWaiting = waits?.onChange(holdStall);
  holdStall();
  const hold = (suspended: boolean): void => {
    holdStall();
    if (suspended) clock.pause(performance.now());
    else clock.resume(performance.now());
    standStill(subprocess.pid, suspended);
  };
  const stopHolding = suspension?.onChange(hold);
  if (suspension?.suspended === true) hold(true);
  const cancel = () => {
    subprocess.kill('SIGTERM');
    // A process that stands still hears of it when it goes on.
    standStill(subprocess.pid, false);
  };
  if (options.signal.aborted) cancel();
  options.signal.addEventListener('abort', cancel);
  const result = await subprocess;
  options.signal.removeEventListener('abort', cancel);
  stopHolding?.();
  stopWaiting?.();
  stall.stop();
  log.flush();
  return {
    code: result.exitCode ?? null,
    signal: result.signal ?? null,
    stderr: stderr.summary(),
    said,
    seconds: clock.at(performance.now()),
    progress,
    stalled: stall.fired,
    failedToStart: subprocess.pid === undefined ? (result.code ?? 'unknown') : undefined,
  };
}

type Subprocess = ReturnType<typeof execa<{ stdin: 'pipe'; buffer: false; reject: false; encoding: 'utf8' }>>;

function isAhead(block: ProgressBlock, before: ProgressBlock | undefined): boolean {
  return (
    (block.frame ?? 0) > (before?.frame ?? 0) ||
    (block.outTime ?? 0) > (before?.outTime ?? 0) ||
    (block.bytes ?? 0) > (before?.bytes ?? 0)
  );
}
