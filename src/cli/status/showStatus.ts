import os from 'node:os';
import type { DaemonConnection } from '../../client/connection.ts';
import { noCounts } from '../../protocol/jobState.ts';
import type { Invocation } from '../command.ts';
import type { StatusOptions } from '../commands/status.ts';
import { openRunningDaemon } from '../connect.ts';
import { deferred } from '../deferred.ts';
import { stopSignals } from '../encode/stopSignals.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, printJsonLine, statusOutputSchema, toWorkerOutput } from '../jsonOutput.ts';
import { toJobOutput } from '../../protocol/jobOutput.ts';
import { widthFor } from '../render/wrap.ts';
import { Screen } from '../render/screen.ts';
import { statusLines } from '../render/statusLines.ts';
import { styleFor } from '../style.ts';
import { LiveStatus, type Status } from './liveStatus.ts';

export async function showStatus(invocation: Invocation, options: StatusOptions): Promise<number> {
  const daemon = await openRunningDaemon(invocation);
  if (daemon === undefined) return noDaemon(invocation);
  try {
    return await (options.watch === true
      ? watch(invocation, daemon, options)
      : once(invocation, daemon, options));
  } finally {
    daemon.close();
  }
}

function noDaemon({ io, json }: Invocation): number {
  if (json)
    printJson(io.stdout, statusOutputSchema, { daemon: null, counts: noCounts, jobs: [], workers: [] });
  else
    io.stdout.write(
      'No daemon is running. It starts by itself with the next encode; "dffmpeg jobs" starts it too.\n',
    );
  return exitCodes.done;
}

async function once(
  invocation: Invocation,
  daemon: DaemonConnection,
  options: StatusOptions,
): Promise<number> {
  const { io, json } = invocation;
  const first = deferred<Status>();
  const live = new LiveStatus(daemon, {
    all: options.all === true,
    onChange: first.resolve,
    onError: first.reject,
  });
  live.open();
  try {
    const status = await first.promise;
    if (json) printJson(io.stdout, statusOutputSchema, toOutput(status));
    else io.stdout.write(`${statusLines(status, textOptions(invocation)).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    live.close();
  }
}

async function watch(
  invocation: Invocation,
  daemon: DaemonConnection,
  options: StatusOptions,
): Promise<number> {
  const { io, json } = invocation;
  const stop = stopSignals(io, exitCodes.done);
  const end = deferred<void>();
  const screen = new Screen(io.stdout);
  const live = new LiveStatus(daemon, {
    all: options.all === true,
    onChange: (status) => {
      if (json) printJsonLine(io.stdout, statusOutputSchema, toOutput(status));
      else screen.show(statusLines(status, textOptions(invocation)));
    },
    onError: end.reject,
  });
  stop.signal.addEventListener('abort', () => end.resolve());
  live.open();
  try {
    await end.promise;
    return exitCodes.done;
  } finally {
    live.close();
    stop.release();
  }
}

function textOptions({ io }: Invocation) {
  return {
    style: styleFor(io.stdout, io.env),
    cwd: io.cwd,
    home: os.homedir(),
    now: io.now(),
    width: widthFor(io.stdout),
  };
}

function toOutput({ daemon, counts, jobs, workers }: Status) {
  return { daemon, counts, jobs: jobs.map(toJobOutput), workers: workers.map(toWorkerOutput) };
}
