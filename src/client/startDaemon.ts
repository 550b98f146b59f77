import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { ClientSettings } from './clientSettings.ts';
import type { Discovery } from './discovery.ts';
import { isProcessAlive, isSameDaemon, readDiscovery } from './discovery.ts';
import type { NodeProgram } from './findNode.ts';
import { programFile } from './installProgram.ts';
import { programEnvironment } from './programEnvironment.ts';
import { watchDiscovery } from './watchDiscovery.ts';

/** Exit code of `serve` when another daemon holds the state folder: not a failure, that one is used. */
export const anotherDaemonExitCode = 3;

/** Of the log, for the sentence about a daemon that did not start. */
const reasonBytes = 2_000;
const maxLogBytes = 1024 * 1024;

/**
 * glibc keeps what each of the threads has freed, for that thread alone; Node has a dozen, and a daemon rests most of
 * the time. With two such arenas it takes some 10 MB less, and none of its work is bound by them. Its ffmpeg has as many
 * as ever: the worker passes on only what ffmpeg needs.
 */
const fewerArenas = { MALLOC_ARENA_MAX: '2' };

export interface StartDaemonOptions {
  stateDir: string;
  /** Copy made by `installProgram`. */
  programDir: string;
  node: NodeProgram;
  /** What the discovery file says of a daemon that is gone, though its process id may live on in another program. */
  stale?: Discovery | undefined;
  env: Readonly<Record<string, string | undefined>>;
  settings: ClientSettings;
  signal?: AbortSignal | undefined;
}

/**
 * Starts `dffmpeg serve`, detached, and resolves with the discovery file of the daemon that then runs: this one, or
 * one that somebody else started at the same moment. Rejects with `daemon-unavailable` and the daemon's own last
 * words, or `timeout`; a daemon that is merely slow is left to go on.
 */
export async function startDaemon(options: StartDaemonOptions): Promise<Discovery> {
  const { stateDir, stale, signal, settings } = options;
  if (signal?.aborted) throw toDffmpegError(signal.reason, 'cancelled');
  const log = await openLog(stateDir);
  try {
    const { size: logStart } = await log.stat();
    return await waitUntilReady({
      spawn: () => spawnServe(options, log),
      log,
      logStart,
      stateDir,
      stale,
      signal,
      settings,
    });
  } finally {
    await log.close();
  }
}

function spawnServe({ stateDir, programDir, node, env }: StartDaemonOptions, log: FileHandle): ChildProcess {
  return spawn(node.path, [path.join(programDir, programFile), 'serve', '--state-dir', stateDir], {
    // Not the asker's folder: the daemon outlives it, and would keep a disk from being unmounted.
    cwd: stateDir,
    env: { ...fewerArenas, ...programEnvironment(env), ...node.env },
    detached: true,
    windowsHide: true,
    // A file, not a pipe: it must not matter to the daemon whether its starter is still there to read.
    stdio: ['ignore', log.fd, log.fd],
  });
}

async function openLog(stateDir: string): Promise<FileHandle> {
  const logs = path.join(stateDir, 'logs');
  const file = path.join(logs, 'daemon-start.log');
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await mkdir(logs, { recursive: true });
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    return await open(file, size > maxLogBytes ? 'w+' : 'a+', 0o600);
  } catch (error) {
    throw new DffmpegError('daemon-unavailable', `${file} cannot be written.`, {
      hint: 'Check that the folder is yours and that the disk is not full, or choose another with DFFMPEG_STATE_DIR.',
      cause: error,
    });
  }
}

interface Waiting {
  spawn: () => ChildProcess;
  log: FileHandle;
  /** Bytes: what was in the log before this start. */
  logStart: number;
  stateDir: string;
  stale: Discovery | undefined;
  signal: AbortSignal | undefined;
  settings: ClientSettings;
}

function waitUntilReady(waiting: Waiting): Promise<Discovery> {
  const { log, logStart, stateDir, stale, signal, settings } = waiting;
  const { startTimeoutSeconds } = settings;
  return new Promise((resolve, reject) => {
    const cleanUps: (() => void)[] = [];
    const settle = (finish: () => void): void => {
      for (const cleanUp of cleanUps.splice(0)) cleanUp();
      finish();
    };
    const fail = (error: DffmpegError): void => {
      settle(() => {
        reject(error);
      });
    };
    const look = (): void => {
      readDiscovery(stateDir).then(
        (found) => {
          if (found && !isSameDaemon(found, stale) && isProcessAlive(found.pid))
            settle(() => {
              resolve(found);
            });
        },
        (error: unknown) => {
          fail(toDffmpegError(error));
        },
      );
    };

    cleanUps.push(watchDiscovery(stateDir, look));
    const timer = setInterval(look, settings.startLookMs);
    cleanUps.push(() => {
      clearInterval(timer);
    });
    const deadline = setTimeout(() => {
      fail(
        new DffmpegError('timeout', `The daemon was not ready within ${startTimeoutSeconds} seconds.`, {
          hint: `It may still be starting: try again in a moment, or read ${path.join(stateDir, 'logs')}.`,
        }),
      );
    }, startTimeoutSeconds * 1000);
    cleanUps.push(() => {
      clearTimeout(deadline);
    });
    const onAbort = (): void => {
      fail(new DffmpegError('cancelled', 'Starting the daemon was cancelled.', { cause: signal?.reason }));
    };
    signal?.addEventListener('abort', onAbort);
    cleanUps.push(() => signal?.removeEventListener('abort', onAbort));

    const launch = (): void => {
      const child = waiting.spawn();
      child.unref();
      cleanUps.push(() => {
        child.removeAllListeners('exit');
      });
      child.on('error', (error) => {
        fail(
          new DffmpegError('daemon-unavailable', `The daemon could not be started: ${error.message}`, {
            hint: 'Check dffmpeg.nodePath, or type: dffmpeg doctor',
            cause: error,
          }),
        );
      });
      child.on('exit', (code, exitSignal) => {
        if (code === anotherDaemonExitCode) {
          // It is either about to be ready, or about to be gone: then this one is started again.
          const again = setTimeout(launch, settings.startAgainMs);
          cleanUps.push(() => {
            clearTimeout(again);
          });
        } else
          void lastWords(log, logStart).then((words) => {
            fail(explainExit(code, exitSignal, words, stateDir));
          });
      });
    };
    launch();
  });
}

async function lastWords(log: FileHandle, start: number): Promise<string> {
  try {
    const { size } = await log.stat();
    const from = Math.max(start, size - reasonBytes);
    const { buffer, bytesRead } = await log.read(Buffer.alloc(reasonBytes), 0, reasonBytes, from);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } catch {
    return '';
  }
}

function explainExit(
  code: number | null,
  signal: NodeJS.Signals | null,
  words: string,
  stateDir: string,
): DffmpegError {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
  return new DffmpegError(
    'daemon-unavailable',
    `The daemon ended while starting (${how})${words === '' ? '.' : `: ${words}`}`,
    { hint: `Type dffmpeg doctor, or read ${path.join(stateDir, 'logs')}.` },
  );
}
