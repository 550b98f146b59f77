import { Command } from 'commander';
import { action, type CommandContext } from '../command.ts';
import { stopDaemon } from '../status/stopDaemon.ts';

export interface StopOptions {
  readonly now?: boolean;
}

export function stopCommand(context: CommandContext): Command {
  const command = new Command('stop')
    .description(
      'End the daemon, as after a change of its settings. The next command that needs it starts it.',
    )
    .option('--now', 'also while something is encoded: that is begun anew by the next daemon');
  return command.action(
    action<[StopOptions]>(context, command, (invocation, options) => stopDaemon(invocation, options)),
  );
}
