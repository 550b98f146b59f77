import { Command, InvalidArgumentError, Option } from 'commander';
import { onSuccessChoices, type OnSuccess } from '../../protocol/model.ts';
import { existingChoices } from '../../protocol/watchFolder.ts';
import { action, type CommandContext } from '../command.ts';
import { activateFolder } from '../watch/activateFolder.ts';
import { changeFolders, type FolderChange } from '../watch/changeFolders.ts';
import { listFolders } from '../watch/listFolders.ts';
import { addLabel } from '../labels.ts';
import { readPriority } from './encode.ts';

export interface ActivateOptions {
  readonly preset?: string;
  readonly output?: string;
  readonly recursive?: boolean;
  readonly include?: string[];
  readonly exclude?: string[];
  readonly settle?: number;
  readonly priority?: number;
  readonly require?: string[];
  readonly prefer?: string[];
  readonly onSuccess?: OnSuccess;
  readonly existing: 'skip' | 'encode';
}

const folderHelp = 'path of a watched folder, or its id';

export function watchCommand(context: CommandContext): Command {
  const watch = new Command('watch').description('Encode the files that come into a folder, by themselves.');
  watch.addCommand(listCommand(context)).addCommand(activateCommand(context));
  for (const [change, description] of changes) watch.addCommand(changeCommand(change, description, context));
  return watch;
}

const changes: readonly [FolderChange, string][] = [
  ['pause', 'Take no more files until it is resumed; the jobs go on.'],
  ['resume', 'Take files again, those that came meanwhile too.'],
  ['remove', 'Watch a folder no more, and forget which of its files were encoded; files and jobs stay.'],
  ['scan', 'Look at a folder now.'],
];

function listCommand(context: CommandContext): Command {
  const command = new Command('list').description('List watched folders, and those that could be activated.');
  return command
    .option('--files', 'with the files of each: what waits, and the latest that were taken')
    .action(
      action<[{ files?: boolean }]>(context, command, (invocation, { files }) =>
        listFolders(invocation, files === true),
      ),
    );
}

function activateCommand(context: CommandContext): Command {
  const command = new Command('activate').description(
    'Watch a folder from now on: one of config.jsonc, or any with --preset.',
  );
  return command
    .argument('<folder>', 'the folder')
    .option('--preset <name>', 'what to make of its files, see "dffmpeg presets"')
    .option('--output <template>', 'path of the results')
    .option('--recursive', 'folders below it, too')
    .option('--include <pattern...>', 'only files of these names, such as "*.mov"')
    .option('--exclude <pattern...>', 'not files of these names')
    .option('--settle <seconds>', 'a file is complete when it has not changed for so long', readSeconds)
    .option('--priority <0-100>', 'of the jobs; higher goes first', readPriority)
    .option('--require <label>', 'only on workers with this label; may be repeated', addLabel)
    .option('--prefer <label>', 'rather on workers with this label; may be repeated', addLabel)
    .addOption(
      new Option('--on-success <what>', 'what becomes of a file when its result is there').choices(
        onSuccessChoices,
      ),
    )
    .addOption(
      new Option('--existing <what>', 'what to do with the files that are there already')
        .choices(existingChoices)
        .default('skip'),
    )
    .action(
      action<[string, ActivateOptions]>(context, command, (invocation, folder, options) =>
        activateFolder(invocation, folder, options),
      ),
    );
}

function changeCommand(change: FolderChange, description: string, context: CommandContext): Command {
  const command = new Command(change).description(description);
  return command
    .argument('<folder...>', folderHelp)
    .action(
      action<[string[]]>(context, command, (invocation, folders) =>
        changeFolders(invocation, folders, change),
      ),
    );
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0.1 && seconds <= 86_400))
    throw new InvalidArgumentError('Seconds are a number from 0.1 to 86400.');
  return seconds;
}
