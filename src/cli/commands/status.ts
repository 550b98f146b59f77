import { Command } from 'commander';
import { action, type CommandContext } from '../command.ts';
import { showStatus } from '../status/showStatus.ts';

export interface StatusOptions {
  readonly all?: boolean;
  readonly watch?: boolean;
}

export function statusCommand(context: CommandContext): Command {
  const command = new Command('status')
    .description('What the daemon, its workers and its queue do now. Starts nothing.')
    .option('--all', 'also jobs that have ended')
    .option('--watch', 'follow until Ctrl+C');
  return command.action(
    action<[StatusOptions]>(context, command, (invocation, options) => showStatus(invocation, options)),
  );
}
