import os from 'node:os';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../jsonOutput.ts';
import { jobOutputSchema, toJobOutput } from '../../protocol/jobOutput.ts';
import { jobDetails } from '../render/jobDetails.ts';
import { styleFor } from '../style.ts';

export async function showJob(invocation: Invocation, id: string): Promise<number> {
  const { io, json } = invocation;
  const { job } = await withDaemon(invocation, (daemon) => daemon.request('jobs.get', { id }));
  if (json) printJson(io.stdout, jobOutputSchema, toJobOutput(job));
  else {
    const text = { style: styleFor(io.stdout, io.env), cwd: io.cwd, home: os.homedir() };
    io.stdout.write(
      `${jobDetails(job, { ...text, platform: process.platform, now: io.now() }).join('\n')}\n`,
    );
  }
  return exitCodes.done;
}
