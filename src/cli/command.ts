import os from 'node:os';
import { CommanderError, type Command } from 'commander';
import { defaultStateFolder } from '../client/stateFolder.ts';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import { exitCodes } from './exitCodes.ts';
import type { Io } from './io.ts';
import { errorOutputSchema, printJson } from './jsonOutput.ts';
import { styleFor } from './style.ts';
import { typedPath } from './typedPath.ts';

/** What every command gets beside its own arguments. */
export interface Invocation {
  readonly io: Io;
  readonly stateDir: string;
  readonly json: boolean;
}

interface GlobalOptions {
  readonly stateDir?: string;
  readonly json?: boolean;
}

/** Remembers the exit code of the command that ran. */
export interface Exit {
  code: number;
}

/** What a command's file needs to attach its action. */
export interface CommandContext {
  readonly io: Io;
  readonly exit: Exit;
}

/** Wraps an action: its exit code is kept, what it throws is told as a sentence, or as JSON under `--json`. */
export function action<Args extends unknown[]>(
  context: CommandContext,
  command: Command,
  run: (invocation: Invocation, ...args: Args) => Promise<number>,
): (...args: [...Args, ...unknown[]]) => Promise<void> {
  return async (...args) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const json = options.json === true;
    try {
      const invocation = { io: context.io, stateDir: stateDirOf(context.io, options), json };
      // Commander adds the options and the command itself after the arguments; they are wanted as they come.
      context.exit.code = await run(invocation, ...(args as unknown as Args));
    } catch (thrown) {
      if (thrown instanceof CommanderError) throw thrown;
      context.exit.code = reportError(context.io, thrown, json);
    }
  };
}

function stateDirOf(io: Io, options: GlobalOptions): string {
  if (options.stateDir !== undefined) return typedPath(io.cwd, options.stateDir);
  return defaultStateFolder({ env: io.env, platform: process.platform, homedir: os.homedir() });
}

/** @returns the exit code */
export function reportError(io: Io, thrown: unknown, json: boolean): number {
  const error = toDffmpegError(thrown);
  if (json) printJson(io.stdout, errorOutputSchema, { error: error.toData() });
  else printError(io, error);
  if (io.env['DFFMPEG_DEBUG']) io.stderr.write(`${causesOf(thrown)}\n`);
  return exitCodeOf(error);
}

export function printError(io: Io, error: Pick<DffmpegError, 'message' | 'hint'>): void {
  const style = styleFor(io.stderr, io.env);
  io.stderr.write(`${style.bad('dffmpeg:')} ${error.message}\n`);
  if (error.hint !== undefined) io.stderr.write(`  ${error.hint}\n`);
}

export function exitCodeOf(error: DffmpegError): number {
  if (error.code === 'cancelled') return exitCodes.cancelled;
  return usageErrors.has(error.code) ? exitCodes.usage : exitCodes.failed;
}

/** What only another command line can mend. */
const usageErrors: ReadonlySet<string> = new Set(['preset-unknown', 'request-invalid', 'template-invalid']);

function causesOf(thrown: unknown): string {
  const lines: string[] = [];
  let error = thrown;
  for (; error instanceof Error; error = error.cause) lines.push(error.stack ?? error.message);
  if (error !== undefined) lines.push(JSON.stringify(error));
  return lines.join('\ncaused by ');
}
