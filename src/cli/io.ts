import type { EventEmitter } from 'node:events';

/** Where a command writes to, and whether a person reads it there. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined;
}

/** Everything of the process that a command touches, so that tests can stand in for it. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Emits `SIGINT`, `SIGTERM`, `SIGHUP`. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Leaves at once, whatever is under way. */
  leave(code: number): void;
  /** From now on it does not matter whether anybody reads the output. */
  outliveReaders(): void;
}

export function processIo(): Io {
  let outlives = false;
  // `dffmpeg jobs | head` closes the pipe while there is more to say: not an error of ours.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (outlives) return;
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    signals: process,
    leave: (code) => process.exit(code),
    outliveReaders: () => {
      outlives = true;
    },
  };
}
