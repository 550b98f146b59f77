import os from 'node:os';
import type { Invocation } from '../command.ts';
import type { ListOptions } from '../commands/job.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { jobsOutputSchema, printJson } from '../jsonOutput.ts';
import { toJobOutput } from '../../protocol/jobOutput.ts';
import { jobRows } from '../render/jobTable.ts';
import { fitted } from '../render/table.ts';
import { widthFor } from '../render/wrap.ts';
import { styleFor } from '../style.ts';

export async function listJobs(invocation: Invocation, options: ListOptions): Promise<number> {
  const { io, json } = invocation;
  const page = await withDaemon(invocation, (daemon) =>
    daemon.request('jobs.list', { states: options.state, limit: options.limit, after: options.after }),
  );
  if (json) {
    printJson(io.stdout, jobsOutputSchema, { jobs: page.jobs.map(toJobOutput), next: page.next });
    return exitCodes.done;
  }
  if (page.jobs.length === 0) {
    io.stderr.write(
      options.state === undefined && options.after === undefined
        ? 'There are no jobs. Begin with: dffmpeg encode FILE\n'
        : 'There are no such jobs.\n',
    );
    return exitCodes.done;
  }
  const text = { style: styleFor(io.stdout, io.env), cwd: io.cwd, home: os.homedir() };
  const rows = jobRows(page.jobs, { ...text, now: io.now() });
  io.stdout.write(`${fitted(rows, widthFor(io.stdout)).join('\n')}\n`);
  if (page.next !== undefined) io.stderr.write(`There are more: --after ${page.next}\n`);
  return exitCodes.done;
}
