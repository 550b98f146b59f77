import { Command, CommanderError } from 'commander';
import type { CommandContext, Exit } from './command.ts';
import { reportError } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import type { Io } from './io.ts';

export type CommandFactory = (
  context: CommandContext,
) => Command | readonly Command[] | Promise<Command | readonly Command[]>;

/** Puts the commands together, runs the one that was typed, and returns the exit code. */
export async function runProgram(
  argv: readonly string[],
  options: { io: Io; version: string; commands: readonly CommandFactory[] },
): Promise<number> {
  const exit: Exit = { code: exitCodes.done };
  const program = await createProgram(options, exit);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportError(options.io, error, false);
  }
}

async function createProgram(
  { io, version, commands }: { io: Io; version: string; commands: readonly CommandFactory[] },
  exit: Exit,
): Promise<Command> {
  const program = new Command('dffmpeg')
    .description('Encode media files with the ffmpeg of this machine, in a queue that goes on by itself.')
    .version(version, '--version', 'print the version')
    .option('--state-dir <dir>', 'folder of queue, settings and logs (DFFMPEG_STATE_DIR)')
    .option('--json', 'one JSON value on standard output, see docs/cli.md')
    .helpOption('-h, --help', 'explain a command')
    .addHelpText(
      'after',
      '\nExamples:\n  dffmpeg encode clip.mp4 --preset small\n  dffmpeg jobs\n  dffmpeg doctor\n\n' +
        'Exit codes: 0 done, 1 failed, 2 bad usage, 130 cancelled.',
    );
  for (const factory of commands)
    for (const command of [await factory({ io, exit })].flat()) program.addCommand(command);
  everywhere(program, (command) => {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => void io.stdout.write(text),
        writeErr: (text) => void io.stderr.write(text),
        outputError: (text, write) =>
          write(text.replace(/^error: (.)/, (_, letter: string) => `dffmpeg: ${letter.toUpperCase()}`)),
      })
      .showHelpAfterError(`Type "${fullName(command)} --help" to see what there is.`)
      .configureHelp({ showGlobalOptions: true });
  });
  return program;
}

function everywhere(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everywhere(child, visit);
}

function fullName(command: Command): string {
  const names: string[] = [];
  for (let one: Command | null = command; one !== null; one = one.parent) names.unshift(one.name());
  return names.join(' ');
}
