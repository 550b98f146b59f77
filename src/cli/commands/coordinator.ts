import { Command, Option } from 'commander';
import { flagOf, variableOf } from '../../protocol/settingRow.ts';
import { action, type CommandContext } from '../command.ts';

/** As `serve`, on a machine of nobody’s own. */
export async function coordinatorCommand(context: CommandContext): Promise<Command> {
  const { flagSettingKeys, settings } = await import('../../daemon/config.ts');
  const command = new Command('run').description(
    'Run a daemon for a fleet, until SIGTERM: it listens for workers (worker pair) and for people’s daemons (fleet invite), stays, and encodes nothing itself.',
  );
  for (const key of flagSettingKeys)
    command.addOption(
      new Option(`${flagOf(key)} <value>`, `${settings[key].doc} (${variableOf(key)})`).hideHelp(),
    );
  command.action(
    action<[Record<string, string>]>(context, command, async ({ stateDir, io }, flags) => {
      const { coordinate } = await import('../../daemon/serve.ts');
      io.outliveReaders();
      return coordinate({ stateDir, flags, env: io.env });
    }),
  );
  return new Command('coordinator').description('Run a fleet.').addCommand(command);
}
