import { execa } from 'execa';
import { noteChild } from './childLedger.ts';
import { childMark } from './childMark.ts';
import { ffmpegEnvironment } from './environment.ts';
import { lowerPriority, type Priority } from './priority.ts';

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

export interface ToolOptions {
  timeoutMs: number;
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
    forceKillAfterDelay: 500,
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
