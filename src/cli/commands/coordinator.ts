import { Command } from 'commander';
import { action, type CommandContext } from '../command.ts';
import { addSettingFlags } from './settingFlags.ts';

/** As `serve`, on a machine of nobody’s own. */
export async function coordinatorCommand(context: CommandContext): Promise<Command> {
  const command = new Command('run').description(
    'Run a daemon for a fleet, until SIGTERM: it listens for workers (worker pair) and for people’s daemons (fleet invite), stays, and encodes nothing itself.',
  );
  await addSettingFlags(command, { hidden: true });
  command.action(
    action<[Record<string, string>]>(context, command, async ({ stateDir, io }, flags) => {
      const { coordinate } = await import('../../daemon/serve.ts');
      io.outliveReaders();
      return coordinate({ stateDir, flags, env: io.env });
    }),
  );
  return new Command('coordinator').description('Run a fleet.').addCommand(command);
}
