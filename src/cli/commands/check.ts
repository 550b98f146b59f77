import { Command } from 'commander';
import { action, type CommandContext } from '../command.ts';
import { checkFiles } from '../inquiries/checkFiles.ts';

export function checkCommand(context: CommandContext): Command {
  const command = new Command('check')
    .description('Say whether media files are whole: quickly by both ends, or thoroughly by decoding all.')
    .argument('<file...>', 'files and folders')
    .option('--thorough', 'decode every track from its beginning to its end');
  return command.action(
    action<[string[], { thorough?: boolean }]>(context, command, (invocation, files, { thorough }) =>
      checkFiles(invocation, files, { thorough: thorough === true }),
    ),
  );
}
