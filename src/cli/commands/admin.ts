import { Command, InvalidArgumentError, Option } from 'commander';
import { action, type CommandContext } from '../command.ts';
import { addUser, rotateKey } from '../admin/keys.ts';
import { reencryptKeys } from '../admin/reencryptKeys.ts';
import { changeScope, deleteUsers, listUsers, showUser, type Scope } from '../admin/users.ts';
import { idSchema } from '../../protocol/model.ts';

/** Roles that something can connect with; what each may do is in docs/security.md. */
const offeredRoles = ['worker', 'client'] as const;
export type OfferedRole = (typeof offeredRoles)[number];

export function adminCommand(context: CommandContext): Command {
  const user = new Command('user')
    .description('Say who may connect from other machines.')
    .addCommand(addCommand(context))
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(rotateCommand(context))
    .addCommand(scopeCommand(context))
    .addCommand(deleteCommand(context));
  const keys = new Command('keys')
    .description('Look after what the keys are stored with.')
    .addCommand(reencryptCommand(context));
  return new Command('admin').description('Run a coordinator.').addCommand(user).addCommand(keys);
}

const keyFileOption = (): Option =>
  new Option('--key-file <file>', 'write the key there, for this account alone, instead of showing it');
const fromOption = (): Option =>
  new Option('--from <range...>', 'let it come from these addresses only, such as 192.0.2.0/24');

function addCommand(context: CommandContext): Command {
  const command = new Command('add').description('Let a machine connect, and make its key.');
  return command
    .argument('<name>', 'what it is called: letters, digits, - and _', readName)
    .addOption(new Option('--role <role>', 'what it may do').choices(offeredRoles).makeOptionMandatory())
    .addOption(fromOption())
    .addOption(keyFileOption())
    .action(
      action<[string, { role: OfferedRole; from?: string[]; keyFile?: string }]>(
        context,
        command,
        (invocation, name, options) => addUser(invocation, name, options),
      ),
    );
}

function listCommand(context: CommandContext): Command {
  const command = new Command('list').description('List who may connect.');
  return command.action(action<[]>(context, command, listUsers));
}

function showCommand(context: CommandContext): Command {
  const command = new Command('show').description('Show one of them.');
  return command
    .argument('<name>', 'its name', readName)
    .action(action<[string]>(context, command, showUser));
}

function rotateCommand(context: CommandContext): Command {
  const command = new Command('rotate-key').description(
    'Make another key; the old one opens nothing any more.',
  );
  return command
    .argument('<name>', 'its name', readName)
    .addOption(keyFileOption())
    .action(
      action<[string, { keyFile?: string }]>(context, command, (invocation, name, { keyFile }) =>
        rotateKey(invocation, name, keyFile),
      ),
    );
}

function scopeCommand(context: CommandContext): Command {
  const command = new Command('set-scope').description('Change from where it may come, or whether it may.');
  return command
    .argument('<name>', 'its name', readName)
    .addOption(fromOption().conflicts('anywhere'))
    .option('--anywhere', 'let it come from every address')
    .addOption(new Option('--disable', 'let it in no more, until --enable').conflicts('enable'))
    .option('--enable', 'let it in again')
    .action(
      action<[string, Scope]>(context, command, (invocation, name, scope) =>
        changeScope(invocation, name, scope),
      ),
    );
}

function deleteCommand(context: CommandContext): Command {
  const command = new Command('delete').description('Let it in never again.');
  return command
    .argument('<name...>', 'names')
    .action(action<[string[]]>(context, command, (invocation, names) => deleteUsers(invocation, names)));
}

function reencryptCommand(context: CommandContext): Command {
  const command = new Command('re-encrypt').description(
    'Seal the stored keys with a new key file; nobody needs another key.',
  );
  return command.action(action<[]>(context, command, reencryptKeys));
}

function readName(text: string): string {
  const name = idSchema.safeParse(text);
  if (name.success) return name.data;
  throw new InvalidArgumentError('A name has letters, digits, - and _, and 64 of them at most.');
}
