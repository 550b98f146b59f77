import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultPresetName } from '../../encoding/builtinPresets.ts';
import { onSuccessChoices, type OnSuccess } from '../../protocol/model.ts';
import { action, type CommandContext } from '../command.ts';
import { addLabel } from '../labels.ts';
import { runEncode } from '../encode/runEncode.ts';
import { readTime, type Time } from '../encode/trimPreset.ts';

export interface EncodeOptions {
  readonly preset: string;
  readonly output?: string;
  readonly priority: number;
  readonly on?: string;
  readonly require?: string[];
  readonly prefer?: string[];
  readonly detach?: boolean;
  readonly dryRun?: boolean;
  readonly join?: boolean;
  readonly start?: Time;
  readonly end?: Time;
  readonly duration?: Time;
  readonly onSuccess: OnSuccess;
  readonly exitCode?: 'ffmpeg';
}

export function encodeCommand(context: CommandContext): Command {
  const command = new Command('encode')
    .description('Encode files, or the media files below folders, and wait for the results.')
    .argument('<file...>', 'files and folders')
    .option('--preset <name>', 'what to make of them, see "dffmpeg presets"', defaultPresetName)
    .option(
      '--output <template>',
      'path of the result, such as "${fileDirname}/web/${fileBasenameNoExtension}.${ext}"',
    )
    .option('--priority <0-100>', 'higher goes first', readPriority, 50)
    .option('--on <worker>', 'encode on this worker only')
    .option(
      '--require <label>',
      'only on workers with this label, see "dffmpeg worker label"; may be repeated',
      addLabel,
    )
    .option(
      '--prefer <label>',
      'on one with this label, unless another ends it clearly sooner; may be repeated',
      addLabel,
    )
    .option('--detach', 'print one job id a line and return; the daemon goes on')
    .option('--join', 'one after the other in one result')
    .option('--start <time>', 'where the result begins: seconds, or 1:30', readTime)
    .option('--end <time>', 'where it ends, counted from the beginning of the source', readTime)
    .option('--duration <time>', 'how long it lasts', readTime)
    .addOption(
      new Option(
        '--on-success <what>',
        'with "replace" a verified result takes the place of its source, which is kept aside for undo',
      )
        .choices(onSuccessChoices)
        .default('keep'),
    )
    .option('--dry-run', 'print the ffmpeg commands that would run, and make no job')
    .addOption(new Option('--exit-code <of>', "end with ffmpeg's own exit code").choices(['ffmpeg']));
  return command.action(
    action<[string[], EncodeOptions]>(context, command, (invocation, files, options) =>
      runEncode(invocation, files, options),
    ),
  );
}

export function readPriority(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 100)
    throw new InvalidArgumentError('A priority is a whole number from 0 to 100; higher goes first.');
  return Number(text);
}
