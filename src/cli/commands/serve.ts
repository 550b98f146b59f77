import { Command } from 'commander';
import { flagOf, variableOf } from '../../protocol/settingRow.ts';
import { action, type CommandContext } from '../command.ts';

/**
 * The one place where the command line loads the daemon: its table of settings for the flags, and all the rest when
 * it is what was asked for.
 */
export async function serveCommand(context: CommandContext): Promise<Command> {
  const { flagSettingKeys, settings } = await import('../../daemon/config.ts');
  const command = new Command('serve').description(
    'Run the daemon here, until SIGTERM. Other commands start it by themselves.',
  );
  for (const key of flagSettingKeys)
    command.option(`${flagOf(key)} <value>`, `${settings[key].doc} (${variableOf(key)})`);
  return command.action(
    action<[Record<string, string>]>(context, command, async ({ stateDir, io }, flags) => {
      const { serve } = await import('../../daemon/serve.ts');
      // Whoever started the daemon may be gone, and its end of the pipes with it.
      io.outliveReaders();
      return serve({ stateDir, flags, env: io.env });
    }),
  );
}
