import { Command } from 'commander';
import { action, type CommandContext, type Invocation } from '../command.ts';
import { addSettingFlags } from './settingFlags.ts';
import { makeCode } from '../admin/makeCode.ts';
import { withDaemon } from '../connect.ts';
import { stopSignals } from '../encode/stopSignals.ts';
import { exitCodes } from '../exitCodes.ts';
import { addLabel } from '../labels.ts';
import { printJson, toWorkerOutput, workersOutputSchema } from '../jsonOutput.ts';
import { pairingLines } from '../render/pairingLines.ts';
import { workerLines } from '../render/workerTable.ts';
import { widthFor } from '../render/wrap.ts';
import { styleFor } from '../style.ts';
import {
  addWorker,
  drainWorker,
  labelWorker,
  removeWorker,
  renameWorker,
  resumeWorker,
} from '../workers/steerWorkers.ts';

export async function workerCommands(context: CommandContext): Promise<Command[]> {
  const worker = new Command('worker')
    .description('See who encodes, and let another machine do it.')
    .addCommand(listCommand('list', context))
    .addCommand(pairCommand(context))
    .addCommand(addCommand(context))
    .addCommand(
      steerCommand(
        context,
        'drain',
        'Give a worker nothing more; what it runs comes to its end.',
        drainWorker,
      ),
    )
    .addCommand(steerCommand(context, 'resume', 'Give a drained worker jobs again.', resumeWorker))
    .addCommand(renameCommand(context))
    .addCommand(labelCommand(context))
    .addCommand(
      steerCommand(
        context,
        'remove',
        'Take a machine out of the fleet: its key is good no more.',
        removeWorker,
      ),
    )
    .addCommand(await runCommand(context));
  return [worker, listCommand('workers', context)];
}

function listCommand(name: 'list' | 'workers', context: CommandContext): Command {
  const command = new Command(name).description('List workers, their encoders and what they run.');
  return command.action(action<[]>(context, command, listWorkers));
}

function pairCommand(context: CommandContext): Command {
  const command = new Command('pair').description(
    'Make a code with which one machine becomes a worker, once and soon.',
  );
  return command.action(
    action<[]>(context, command, (invocation) => makeCode(invocation, 'worker', pairingLines)),
  );
}

function addCommand(context: CommandContext): Command {
  const command = new Command('add')
    .argument('<link>', 'as “dffmpeg worker run --listen” shows it there')
    .description('Make a machine a worker that cannot dial this one: it listens, and is dialled.');
  return command.action(action<[string]>(context, command, addWorker));
}

/** Each takes the id or the name of a worker. */
function steerCommand(
  context: CommandContext,
  name: string,
  description: string,
  steer: (invocation: Invocation, worker: string) => Promise<number>,
): Command {
  const command = new Command(name).argument('<worker>').description(description);
  return command.action(action<[string]>(context, command, steer));
}

function renameCommand(context: CommandContext): Command {
  const command = new Command('rename')
    .argument('<worker>')
    .argument('<name>')
    .description('Call a worker something else, here and wherever jobs ask for it (encode --on).');
  return command.action(action<[string, string]>(context, command, renameWorker));
}

function labelCommand(context: CommandContext): Command {
  const command = new Command('label')
    .argument('<worker>')
    .argument(
      '[label...]',
      'in place of those that it was given before; none takes them away',
      addLabel,
      [] as string[],
    )
    .description(
      'Give a worker labels, for people to tell workers apart and for jobs to ask for (encode --require, --prefer).',
    );
  return command.action(action<[string, string[]]>(context, command, labelWorker));
}

/** As `serve`, it runs the daemon's own program: its settings are flags here, too. */
async function runCommand(context: CommandContext): Promise<Command> {
  const command = new Command('run')
    .description('Encode here for another machine, until SIGTERM. Files come and go over the connection.')
    .option('--join <address>', 'the other machine, as “dffmpeg worker pair” shows it there')
    .option('--pair <code>', 'a pairing code of it, needed once')
    .option(
      '--pin <fingerprint>',
      'the fingerprint of its key; without it its certificate must be a real one',
    )
    .option('--name <name>', 'what people call this machine; its host name without it');
  command.option(
    '--listen <host:port>',
    'be dialled instead, where this machine cannot dial the other one: shows a link for “dffmpeg worker add”',
  );
  command.option(
    '--invite',
    'with --listen: show a link also where this machine is a worker already; it then serves both',
  );
  await addSettingFlags(command, { hidden: true, except: 'listen' });
  return command.action(action<[RunFlags]>(context, command, runWorkerHere));
}

interface RunFlags extends Record<string, string | boolean | undefined> {
  readonly invite?: boolean;
  readonly join?: string;
  readonly pair?: string;
  readonly pin?: string;
  readonly name?: string;
  readonly listen?: string;
}

async function runWorkerHere({ io, stateDir, json }: Invocation, flags: RunFlags): Promise<number> {
  const { join, pair, pin, name, listen, invite, ...settings } = flags;
  const { runWorker } = await import('../../daemon/runWorker.ts');
  io.outliveReaders();
  const stop = stopSignals(io, exitCodes.failed);
  try {
    await runWorker({
      ...{ stateDir, env: io.env, flags: settings, join, pair, pin, name, listen, invite },
      tell: (event) => {
        if (json) io.stdout.write(`${JSON.stringify(event)}\n`);
      },
      log: (line) => io.stderr.write(`${new Date(io.now()).toISOString()} ${line}\n`),
      signal: stop.signal,
    });
    return exitCodes.done;
  } finally {
    stop.release();
  }
}

async function listWorkers(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const { workers } = await withDaemon(invocation, (daemon) => daemon.request('workers.list', {}));
  if (json) printJson(io.stdout, workersOutputSchema, { workers: workers.map(toWorkerOutput) });
  else {
    const style = styleFor(io.stdout, io.env);
    const lines = workerLines(workers, { style, now: io.now(), width: widthFor(io.stdout) });
    io.stdout.write(`${lines.join('\n')}\n`);
  }
  return exitCodes.done;
}
