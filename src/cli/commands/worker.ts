import { Command } from 'commander';
import { action, type CommandContext, type Invocation } from '../command.ts';
import { pairWorker } from '../admin/pairWorker.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, toWorkerOutput, workersOutputSchema } from '../jsonOutput.ts';
import { workerLines } from '../render/workerTable.ts';
import { widthFor } from '../render/wrap.ts';
import { styleFor } from '../style.ts';

export function workerCommands(context: CommandContext): Command[] {
  const worker = new Command('worker')
    .description('See who encodes, and let another machine do it.')
    .addCommand(listCommand('list', context))
    .addCommand(pairCommand(context));
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
  return command.action(action<[]>(context, command, pairWorker));
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
