import type { WorkerInfo } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { addedWorkerOutputSchema, printJson, toWorkerOutput, workersOutputSchema } from '../jsonOutput.ts';
import { printable } from '../../encoding/printable.ts';

/** Workers are named by their ids or names; each sentence says what is so now, and how it is taken back. */

export async function addWorker({ io, json, ...rest }: Invocation, link: string): Promise<number> {
  const { id, name } = await withDaemon({ io, json, ...rest }, (daemon) =>
    daemon.request('workers.add', { link }),
  );
  if (json) printJson(io.stdout, addedWorkerOutputSchema, { id, name });
  else io.stdout.write(`${printable(name)} is a worker now. See it: dffmpeg workers\n`);
  return exitCodes.done;
}

export async function drainWorker(invocation: Invocation, name: string): Promise<number> {
  const { worker } = await withDaemon(invocation, (daemon) =>
    daemon.request('workers.drain', { worker: name }),
  );
  const runs = worker.running.length;
  const ends =
    runs === 0 ? '' : ` ${runs === 1 ? 'The job' : `The ${runs} jobs`} that it runs will end there.`;
  return told(
    invocation,
    worker,
    `${printable(worker.name)} is given nothing more.${ends} Let it go on: dffmpeg worker resume ${name}`,
  );
}

export async function resumeWorker(invocation: Invocation, name: string): Promise<number> {
  const { worker } = await withDaemon(invocation, (daemon) =>
    daemon.request('workers.resume', { worker: name }),
  );
  return told(invocation, worker, `${printable(worker.name)} is given jobs again.`);
}

export async function labelWorker(
  invocation: Invocation,
  name: string,
  labels: readonly string[],
): Promise<number> {
  const { worker } = await withDaemon(invocation, (daemon) =>
    daemon.request('workers.setLabels', { worker: name, labels: [...labels] }),
  );
  const all = worker.labels.length === 0 ? 'no labels' : `the labels ${worker.labels.join(', ')}`;
  return told(invocation, worker, `${printable(worker.name)} has ${all}.`);
}

export async function renameWorker(invocation: Invocation, name: string, wanted: string): Promise<number> {
  const { worker } = await withDaemon(invocation, (daemon) =>
    daemon.request('workers.rename', { worker: name, name: wanted }),
  );
  return told(invocation, worker, `${printable(name)} is called ${printable(worker.name)} now.`);
}

export async function removeWorker(invocation: Invocation, name: string): Promise<number> {
  const { worker } = await withDaemon(invocation, (daemon) =>
    daemon.request('workers.remove', { worker: name }),
  );
  return told(
    invocation,
    worker,
    `${printable(worker.name)} is not a worker any more. To take it back: dffmpeg worker pair`,
  );
}

function told({ io, json }: Invocation, worker: WorkerInfo, sentence: string): number {
  if (json) printJson(io.stdout, workersOutputSchema, { workers: [toWorkerOutput(worker)] });
  else io.stdout.write(`${sentence}\n`);
  return exitCodes.done;
}
