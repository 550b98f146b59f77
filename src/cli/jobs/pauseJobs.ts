import type { Job } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { countsOutputSchema, printJson } from '../jsonOutput.ts';
import { changeJobs } from './changeJobs.ts';

/** Pauses jobs, or lets them go on. */
export function pauseJobs(invocation: Invocation, ids: readonly string[], paused: boolean): Promise<number> {
  const method = paused ? 'jobs.pause' : 'jobs.resume';
  return changeJobs(invocation, ids, (daemon, id) => daemon.request(method, { id }), sentence);
}

function sentence({ state, suspended }: Job): string {
  if (suspended)
    return state === 'running' ? 'stands still; its slot stays taken' : 'is paused after its present step';
  if (state === 'paused') return 'is paused';
  return state === 'running' ? 'goes on' : 'waits for its turn';
}

/** Pauses the whole queue, or lets it go on: what runs is left alone. */
export async function pauseQueue(invocation: Invocation, paused: boolean): Promise<number> {
  const { io, json } = invocation;
  const { counts } = await withDaemon(invocation, (daemon) =>
    daemon.request(paused ? 'queue.pause' : 'queue.resume', {}),
  );
  if (json) printJson(io.stdout, countsOutputSchema, { counts });
  else
    io.stdout.write(
      counts.queuePaused
        ? `The queue is paused: ${counts.waiting} waiting, ${counts.running} still running.\n`
        : `The queue goes on: ${counts.waiting} waiting.\n`,
    );
  return exitCodes.done;
}
