import { execa, type ResultPromise } from 'execa';
import { DffmpegError } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import { noteChild } from './childLedger.ts';
import { childMark } from './childMark.ts';

export interface KeepAwakeCommand {
  readonly file: string;
  readonly argv: readonly string[];
  /** Its standard input, which also closes when this process is killed, or a signal. */
  readonly endsBy: 'stdin' | 'signal';
}

/** ES_CONTINUOUS | ES_SYSTEM_REQUIRED. */
const windowsState = '0x80000001';
const windowsScript = [
  '$kernel = Add-Type -PassThru -Name Kernel -Namespace DFFmpeg -MemberDefinition',
  `'[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint state);';`,
  `if ($kernel::SetThreadExecutionState([uint32]'${windowsState}') -eq 0) { exit 1 };`,
  '[Console]::In.ReadToEnd() | Out-Null',
].join(' ');

/**
 * The program that keeps a machine awake while it runs; it ends with the process `pid`, however that ends. Undefined
 * where there is none. The screen may go dark, and a lid that is closed still sends a laptop to sleep.
 */
export function keepAwakeCommand(platform: string, pid: number): KeepAwakeCommand | undefined {
  switch (platform) {
    case 'linux': {
      const what = ['--what=idle:sleep', '--mode=block', '--who=DFFmpeg', '--why=Encoding'];
      return { file: 'systemd-inhibit', argv: [...what, 'cat'], endsBy: 'stdin' };
    }
    case 'darwin':
      return { file: 'caffeinate', argv: ['-i', '-w', String(pid)], endsBy: 'signal' };
    case 'win32': {
      const argv = ['-NoProfile', '-NonInteractive', '-Command', windowsScript];
      return { file: 'powershell.exe', argv, endsBy: 'stdin' };
    }
    default:
      return undefined;
  }
}

export interface KeepAwakeOptions {
  /** Asked whenever something begins. */
  readonly wanted: () => boolean;
  /** How long it goes on after the last encode, milliseconds. */
  readonly lingerMs: () => number;
  readonly command: KeepAwakeCommand | undefined;
  readonly timers: Timers;
  /** Once, when it does not work here. */
  readonly onError: (error: DffmpegError) => void;
}

/** Keeps the machine awake while something is encoded, and for a moment longer, so that the next one finds it awake. */
export class KeepAwake {
  readonly #options: KeepAwakeOptions;
  #child: ResultPromise | undefined;
  #busy = false;
  #stopLinger: (() => void) | undefined;
  #complained = false;

  constructor(options: KeepAwakeOptions) {
    this.#options = options;
  }

  /** Whether something is encoded now. */
  set(busy: boolean): void {
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.#stopLinger?.();
    this.#stopLinger = undefined;
    if (busy) this.#begin();
    else
      this.#stopLinger = this.#options.timers.after(this.#options.lingerMs(), () => {
        this.#end();
      });
  }

  close(): void {
    this.#stopLinger?.();
    this.#end();
  }

  #begin(): void {
    const { command, wanted } = this.#options;
    if (!wanted()) this.#end();
    else if (command && !this.#child) this.#start(command);
  }

  #start({ file, argv }: KeepAwakeCommand): void {
    const child = execa(file, argv, {
      ...{ stdin: 'pipe', stdout: 'ignore', stderr: 'pipe', maxBuffer: { stderr: 10_000 } },
      ...{ reject: false, extendEnv: false, env: { ...process.env, ...childMark() } },
    });
    // It may be gone before it is told to end.
    child.stdin?.on('error', () => undefined);
    noteChild(child.pid, child);
    this.#child = child;
    void child.then(({ failed, shortMessage, stderr }) => {
      // Ended by us, or in the way of another that we have begun since.
      if (this.#child !== child) return;
      this.#child = undefined;
      if (failed) this.#complain(typeof stderr === 'string' && stderr !== '' ? stderr : (shortMessage ?? ''));
    });
  }

  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    if (this.#options.command?.endsBy === 'signal') child?.kill('SIGTERM');
    else child?.stdin?.end();
  }

  #complain(why: string): void {
    if (this.#complained) return;
    this.#complained = true;
    const [line = ''] = why.trim().split('\n');
    this.#options.onError(
      new DffmpegError('internal', `The machine cannot be kept awake while it encodes: ${line}`, {
        hint: 'Encodes go on. Set "keepAwake": false where that is not wanted anyway.',
      }),
    );
  }
}
