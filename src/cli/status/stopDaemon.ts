import { readClientSettings } from '../../client/clientSettings.ts';
import { isProcessAlive, readDiscovery } from '../../client/discovery.ts';
import { untilGone } from '../../client/handOver.ts';
import type { DaemonConnection } from '../../client/connection.ts';
import { DffmpegError, toDffmpegError } from '../../protocol/errors.ts';
import { noCounts } from '../../protocol/jobState.ts';
import type { Counts } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import type { StopOptions } from '../commands/stop.ts';
import { openRunningDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, stopOutputSchema } from '../jsonOutput.ts';

/** Returns when its process is gone: what is started after it finds no other. */
export async function stopDaemon(invocation: Invocation, { now }: StopOptions): Promise<number> {
  const { stateDir, io } = invocation;
  const discovery = await readDiscovery(stateDir);
  const daemon = await openRunningDaemon(invocation);
  if (!daemon || !discovery) return said(invocation, null, 'No daemon is running.');
  const counts = await countsOf(daemon, now === true);
  if (counts.running > 0 && now !== true) {
    daemon.close();
    throw stillEncoding(counts.running);
  }
  await daemon.request('daemon.stop', {});
  daemon.close();
  await untilGone(discovery, await readClientSettings(stateDir, io.env));
  if (isProcessAlive(discovery.pid)) throw stillThere(discovery.pid);
  const again = counts.running > 0 ? ' What it encoded begins anew with the next one.' : '';
  return said(invocation, { pid: discovery.pid }, `The daemon has ended (process ${discovery.pid}).${again}`);
}

/** One that cannot read its queue can be ended all the same. */
async function countsOf(daemon: DaemonConnection, isForced: boolean): Promise<Counts> {
  try {
    return (await daemon.request('daemon.status', {})).counts;
  } catch (error) {
    if (isForced && toDffmpegError(error).code === 'store-unavailable') return noCounts;
    daemon.close();
    throw error;
  }
}

function said({ io, json }: Invocation, stopped: { pid: number } | null, sentence: string): number {
  if (json) printJson(io.stdout, stopOutputSchema, { stopped });
  else io.stdout.write(`${sentence}\n`);
  return exitCodes.done;
}

function stillEncoding(running: number): DffmpegError {
  const what = running === 1 ? '1 job is being encoded' : `${running} jobs are being encoded`;
  return new DffmpegError('conflict', `${what}, and would begin anew.`, {
    hint: 'Wait for the end (dffmpeg status --watch), or end it all the same: dffmpeg stop --now',
  });
}

function stillThere(pid: number): DffmpegError {
  return new DffmpegError('timeout', `The daemon (process ${pid}) is still ending.`, {
    hint: 'It waits for a disk, most likely. Its log, logs/daemon.log in the state folder, says more.',
  });
}
