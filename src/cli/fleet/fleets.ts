import { readFile } from 'node:fs/promises';
import { printable } from '../../encoding/printable.ts';
import type { ClientMethods } from '../../protocol/clientContract.ts';
import type { Params } from '../../protocol/contract.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { addedWorkerOutputSchema, printJson, toWorkerOutput, workersOutputSchema } from '../jsonOutput.ts';
import { workerLines } from '../render/workerTable.ts';
import { widthFor } from '../render/wrap.ts';
import { styleFor } from '../style.ts';
import { typedPath } from '../typedPath.ts';

export interface ConnectFlags {
  readonly pair?: string;
  readonly id?: string;
  readonly keyFile?: string;
  readonly pin?: string;
  readonly name?: string;
}

export async function connectFleet(
  invocation: Invocation,
  where: string,
  flags: ConnectFlags,
): Promise<number> {
  const { io, json } = invocation;
  const { name } = flags;
  const to = await howToConnect(invocation, where, flags);
  const fleet = await withDaemon(invocation, (daemon) => daemon.request('fleet.connect', { to, name }));
  if (json) printJson(io.stdout, addedWorkerOutputSchema, fleet);
  else
    io.stdout.write(
      `Encodes go to ${printable(fleet.name)}, too. See it: dffmpeg fleet list. For it alone: encode --on ${fleet.id}\n`,
    );
  return exitCodes.done;
}

async function howToConnect(
  { io }: Invocation,
  where: string,
  { pair: code, pin, id, keyFile }: ConnectFlags,
): Promise<Params<ClientMethods['fleet.connect']>['to']> {
  if (code !== undefined) return { url: where, code, pin };
  if (id === undefined && keyFile === undefined) return { link: where };
  if (id === undefined || keyFile === undefined)
    throw new DffmpegError('request-invalid', 'An identity needs both: who it is, and its key.', {
      hint: 'Say --id NAME and --key-file FILE.',
    });
  const file = typedPath(io.cwd, keyFile);
  const key = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DffmpegError('request-invalid', `${file} cannot be read.`, {
      hint: 'Name the file that “dffmpeg admin user add --key-file” has written.',
      cause,
    });
  });
  return { url: where, id, key: key.trim(), pin };
}

export async function listFleets(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const { workers } = await withDaemon(invocation, (daemon) => daemon.request('workers.list', {}));
  const fleets = workers.filter(({ members }) => members !== undefined);
  if (json) printJson(io.stdout, workersOutputSchema, { workers: fleets.map(toWorkerOutput) });
  else if (fleets.length === 0)
    io.stderr.write(
      'No fleet is connected. “dffmpeg fleet invite” on its machine shows what to paste here.\n',
    );
  else {
    const style = styleFor(io.stdout, io.env);
    const lines = workerLines(fleets, { style, now: io.now(), width: widthFor(io.stdout) });
    io.stdout.write(`${lines.join('\n')}\n`);
  }
  return exitCodes.done;
}

export async function disconnectFleet(invocation: Invocation, name: string): Promise<number> {
  const { io, json } = invocation;
  const { worker } = await withDaemon(invocation, async (daemon) => {
    const { workers } = await daemon.request('workers.list', {});
    const isNamed = workers.some((each) => each.members !== undefined && [each.id, each.name].includes(name));
    if (!isNamed)
      throw new DffmpegError('not-found', `There is no fleet “${name}”.`, {
        hint: 'They are listed by: dffmpeg fleet list',
      });
    return daemon.request('workers.remove', { worker: name });
  });
  if (json) printJson(io.stdout, workersOutputSchema, { workers: [toWorkerOutput(worker)] });
  else
    io.stdout.write(`${printable(worker.name)} is given nothing more. What it ran is encoded elsewhere.\n`);
  return exitCodes.done;
}
