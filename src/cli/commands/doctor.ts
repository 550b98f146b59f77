import { Command } from 'commander';
import { action, type CommandContext } from '../command.ts';
import { runDoctor } from '../doctor/runDoctor.ts';

export function doctorCommand(context: CommandContext): Command {
  const command = new Command('doctor').description(
    'Check what an encode needs, and say what to type where something is missing.',
  );
  return command.action(action<[]>(context, command, runDoctor));
}
