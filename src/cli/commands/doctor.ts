import { Command } from 'commander';
import { action, type CommandContext } from '../command.ts';
import { runDoctor, type DoctorOptions } from '../doctor/runDoctor.ts';

export function doctorCommand(context: CommandContext): Command {
  const command = new Command('doctor').description(
    'Check what an encode needs, and say what to type where something is missing.',
  );
  command.option(
    '--settings',
    'name every setting of the daemon, not only those that differ from their default',
  );
  return command.action(action<[DoctorOptions]>(context, command, runDoctor));
}
