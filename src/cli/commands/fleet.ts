import { Command } from 'commander';
import { makeCode } from '../admin/makeCode.ts';
import { action, type CommandContext } from '../command.ts';
import { connectFleet, disconnectFleet, listFleets, type ConnectFlags } from '../fleet/fleets.ts';
import { invitationLines } from '../render/pairingLines.ts';

export function fleetCommand(context: CommandContext): Command {
  return new Command('fleet')
    .description('Have encodes done by the workers of another daemon, and let others do so.')
    .addCommand(inviteCommand(context))
    .addCommand(connectCommand(context))
    .addCommand(listCommand(context))
    .addCommand(disconnectCommand(context));
}

function inviteCommand(context: CommandContext): Command {
  const command = new Command('invite').description(
    'Make a code with which one person’s machine may give encodes to the workers of this one, once and soon.',
  );
  return command.action(
    action<[]>(context, command, (invocation) => makeCode(invocation, 'client', invitationLines)),
  );
}

function connectCommand(context: CommandContext): Command {
  const command = new Command('connect')
    .description(
      'Give encodes to the workers of another daemon, beside those of this one. Files stay here, and results come here.',
    )
    .argument('<link>', 'as “dffmpeg fleet invite” shows it there; or an address, with --pair')
    .option('--pair <code>', 'with an address: a code of it')
    .option(
      '--pin <fingerprint>',
      'with an address: the fingerprint of its key; without it its certificate must be a real one',
    )
    .option('--id <name>', 'with an address: who this machine is there, as “dffmpeg admin user add” was told')
    .option('--key-file <file>', 'with --id: the key that it has made')
    .option('--name <name>', 'what people call the fleet here, in place of what it calls itself');
  return command.action(action<[string, ConnectFlags]>(context, command, connectFleet));
}

function listCommand(context: CommandContext): Command {
  const command = new Command('list').description('List the fleets that this daemon is connected to.');
  return command.action(action<[]>(context, command, listFleets));
}

function disconnectCommand(context: CommandContext): Command {
  const command = new Command('disconnect')
    .description('Give a fleet nothing more; what it runs is encoded elsewhere.')
    .argument('<fleet>', 'its name or id');
  return command.action(action<[string]>(context, command, disconnectFleet));
}
