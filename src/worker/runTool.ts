import { execa } from 'execa';
import { noteChild } from './childLedger.ts';
import { childMark } from './childMark.ts';
import { ffmpegEnvironment } from './environment.ts';
import { lowerPriority, type Priority } from './priority.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface ToolResult {
  /** `null` when it was ended by a signal or never began. */
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** It could not be started at all; the system's name of the reason (`ENOENT`). */
  failedToStart?: string;
}

/** Milliseconds. */
export interface ToolTimes {
  timeoutMs: number;
  /** From the signal that asks it to end to the one that ends it. */
  stopGraceMs: number;
}

export interface ToolOptions extends ToolTimes {
  priority?: Priority;
  signal?: AbortSignal;
  /** The current folder of the run; without it that of this process. */
  cwd?: string | undefined;
}

/** More than ffprobe says of any sane file; a hostile one must not fill the memory. */
const maxOutputBytes = 16 * 1024 * 1024;

/** Runs a short command (ffprobe, a trial) to its end. Rejects only when the signal ends it. */
export async function runTool(
  file: string,
  argv: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  options.signal?.throwIfAborted();
  const subprocess = execa(file, argv, {
    stdin: 'ignore',
    reject: false,
    extendEnv: false,
    env: { ...ffmpegEnvironment(process.env), ...childMark() },
    timeout: options.timeoutMs,
    forceKillAfterDelay: options.stopGraceMs,
    killDescendants: true,
    cancelSignal: options.signal,
    cwd: options.cwd,
    maxBuffer: maxOutputBytes,
    stripFinalNewline: false,
  });
  noteChild(subprocess.pid, subprocess);
  lowerPriority(subprocess.pid, options.priority ?? 'normal');
  const result = await subprocess;
  options.signal?.throwIfAborted();
  return {
    code: result.exitCode ?? null,
    signal: result.signal ?? null,
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    failedToStart: subprocess.pid === undefined ? (result.code ?? 'unknown') : undefined,
  };
}

/** How long such a run may take, and how long it has to end then. */
export function toolTimes(seconds: number, settings: Pick<WorkerSettings, 'stopGraceSeconds'>): ToolTimes {
  return { timeoutMs: seconds * 1000, stopGraceMs: settings.stopGraceSeconds * 1000 };
}
