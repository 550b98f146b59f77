import { Command, InvalidArgumentError, Option } from 'commander';
import { DffmpegError } from '../../protocol/errors.ts';
import { jobStates, type JobState } from '../../protocol/jobState.ts';
import { action, type CommandContext } from '../command.ts';
import { readPriority } from './encode.ts';
import { chooseFolder } from '../jobs/chooseFolder.ts';
import { cancelJobs } from '../jobs/cancelJobs.ts';
import { listJobs } from '../jobs/listJobs.ts';
import { prioritizeJobs } from '../jobs/prioritizeJobs.ts';
import { pauseJobs, pauseQueue } from '../jobs/pauseJobs.ts';
import { replaceSources, undoJobs } from '../jobs/replaceSources.ts';
import { retryJobs } from '../jobs/retryJobs.ts';
import { retryHooks } from '../jobs/retryHooks.ts';
import { showJob } from '../jobs/showJob.ts';
import { showLog } from '../jobs/showLog.ts';

const idHelp = 'job id; its first characters are enough where no other job begins with them';

export interface ListOptions {
  readonly state?: JobState[];
  readonly limit: number;
  readonly after?: string;
}

export function jobCommands(context: CommandContext): Command[] {
  const job = new Command('job').description(
    'List, show, follow, pause, prioritize, cancel, retry and undo jobs.',
  );
  for (const command of [listCommand('list', context), showCommand(context), logsCommand(context)])
    job.addCommand(command);
  for (const command of [
    cancelCommand(context),
    pauseCommand('pause', context),
    pauseCommand('resume', context),
    prioritizeCommand(context),
    retryCommand(context),
    retryHooksCommand(context),
    undoCommand(context),
    replaceCommand(context),
    chooseFolderCommand(context),
  ])
    job.addCommand(command);
  return [job, listCommand('jobs', context)];
}

function listCommand(name: 'list' | 'jobs', context: CommandContext): Command {
  const command = new Command(name)
    .description('List jobs, the newest first.')
    .addOption(new Option('--state <state...>', 'only jobs in these states').choices(jobStates))
    .option('--limit <n>', 'at most so many', readLimit, 50)
    .option('--after <cursor>', 'the page after this one, as the last page said');
  return command.action(
    action<[ListOptions]>(context, command, (invocation, options) => listJobs(invocation, options)),
  );
}

function showCommand(context: CommandContext): Command {
  const command = new Command('show').description('Show a job, its results and the exact ffmpeg commands.');
  return command
    .argument('<id>', idHelp)
    .action(action<[string]>(context, command, (invocation, id) => showJob(invocation, id)));
}

function logsCommand(context: CommandContext): Command {
  const command = new Command('logs').description('Print what ffmpeg said.');
  return command
    .argument('<id>', idHelp)
    .option('-f, --follow', 'go on until the job has ended')
    .action(
      action<[string, { follow?: boolean }]>(context, command, (invocation, id, { follow }) =>
        showLog(invocation, id, { follow: follow === true }),
      ),
    );
}

function cancelCommand(context: CommandContext): Command {
  const command = new Command('cancel').description('Cancel jobs and wait until their ffmpeg is gone.');
  return command
    .argument('<id...>', idHelp)
    .action(action<[string[]]>(context, command, (invocation, ids) => cancelJobs(invocation, ids)));
}

function pauseCommand(name: 'pause' | 'resume', context: CommandContext): Command {
  const paused = name === 'pause';
  const command = new Command(name).description(
    paused
      ? 'Keep jobs from being begun; what runs of them stands still.'
      : 'Let paused jobs, or the paused queue, go on.',
  );
  return command
    .argument('[id...]', idHelp)
    .option('--queue', paused ? 'the whole queue: what runs goes on, nothing else begins' : 'the whole queue')
    .action(
      action<[string[], { queue?: boolean }]>(context, command, (invocation, ids, { queue }) => {
        if ((queue === true) === ids.length > 0)
          throw new DffmpegError('request-invalid', 'Name jobs by their ids, or say --queue.');
        return queue === true ? pauseQueue(invocation, paused) : pauseJobs(invocation, ids, paused);
      }),
    );
}

function prioritizeCommand(context: CommandContext): Command {
  const command = new Command('prioritize').description('Give jobs that wait another place in the queue.');
  return command
    .argument('<id...>', idHelp)
    .requiredOption('--priority <0-100>', 'higher is begun first; jobs begin with 50', readPriority)
    .action(
      action<[string[], { priority: number }]>(context, command, (invocation, ids, { priority }) =>
        prioritizeJobs(invocation, ids, priority),
      ),
    );
}

function retryCommand(context: CommandContext): Command {
  const command = new Command('retry').description('Put failed or cancelled jobs back into the queue.');
  return command
    .argument('<id...>', idHelp)
    .action(action<[string[]]>(context, command, (invocation, ids) => retryJobs(invocation, ids)));
}

function undoCommand(context: CommandContext): Command {
  const command = new Command('undo').description(
    'Give replaced sources their place back; the results then lie beside them.',
  );
  return command
    .argument('<id...>', idHelp)
    .action(action<[string[]]>(context, command, (invocation, ids) => undoJobs(invocation, ids)));
}

function replaceCommand(context: CommandContext): Command {
  const command = new Command('replace').description(
    'Let results take the place of their sources although that was held back, after you looked at them.',
  );
  return command
    .argument('<id...>', idHelp)
    .action(action<[string[]]>(context, command, (invocation, ids) => replaceSources(invocation, ids)));
}

function chooseFolderCommand(context: CommandContext): Command {
  const command = new Command('choose-folder').description(
    'Give the result of a job another folder, also one that is finished and waits for its own.',
  );
  return command
    .argument('<id>', idHelp)
    .argument('<folder>', 'where the result is to go')
    .action(
      action<[string, string]>(context, command, (invocation, id, folder) =>
        chooseFolder(invocation, id, folder),
      ),
    );
}

function retryHooksCommand(context: CommandContext): Command {
  const command = new Command('retry-hooks').description('Run the hooks of jobs again that failed.');
  return command
    .argument('<id...>', idHelp)
    .action(action<[string[]]>(context, command, (invocation, ids) => retryHooks(invocation, ids)));
}

export function readLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > 500)
    throw new InvalidArgumentError('A limit is a whole number from 1 to 500.');
  return limit;
}
