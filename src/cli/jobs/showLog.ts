import type { DaemonConnection } from '../../client/connection.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { stopSignals } from '../encode/stopSignals.ts';
import { exitCodes } from '../exitCodes.ts';
import { logOutputSchema, printJson } from '../jsonOutput.ts';

/** Prints a job's log; with `follow` until the job has ended or a person stops looking. */
export async function showLog(
  invocation: Invocation,
  id: string,
  { follow }: { follow: boolean },
): Promise<number> {
  const { io, json } = invocation;
  const stop = stopSignals(io, exitCodes.done);
  try {
    return await withDaemon(invocation, async (daemon) => {
      // The whole id, so that a job that comes meanwhile cannot make a short one ambiguous.
      const { job } = await daemon.request('jobs.get', { id });
      let log = '';
      await readLog(daemon, job.id, { follow, signal: stop.signal }, (text) => {
        if (json) log += text;
        else io.stdout.write(text);
      });
      if (json) printJson(io.stdout, logOutputSchema, { id: job.id, log });
      return exitCodes.done;
    });
  } catch (error) {
    if (stop.signal.aborted) return exitCodes.done;
    throw error;
  } finally {
    stop.release();
  }
}

async function readLog(
  daemon: DaemonConnection,
  id: string,
  { follow, signal }: { follow: boolean; signal: AbortSignal },
  take: (text: string) => void,
): Promise<void> {
  for (let offset = 0; !signal.aborted;) {
    const part = await daemon.request('jobs.log', { id, offset, wait: follow }, { signal });
    take(part.text);
    const finished = part.nextOffset === offset && (part.ended || !follow);
    offset = part.nextOffset;
    if (finished) return;
  }
}
