import { Command } from 'commander';
import { action, type CommandContext } from '../command.ts';
import { addSettingFlags } from './settingFlags.ts';

/** Loads the daemon's table of settings for the flags, and all the rest when it is what was asked for. */
export async function serveCommand(context: CommandContext): Promise<Command> {
  const command = new Command('serve').description(
    'Run the daemon here, until SIGTERM. Other commands start it by themselves.',
  );
  await addSettingFlags(command);
  return command.action(
    action<[Record<string, string>]>(context, command, async ({ stateDir, io }, flags) => {
      const { serve } = await import('../../daemon/serve.ts');
      // Whoever started the daemon may be gone, and its end of the pipes with it.
      io.outliveReaders();
      return serve({ stateDir, flags, env: io.env });
    }),
  );
}
