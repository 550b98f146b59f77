import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { processStart, reapProcess } from '../../../../src/worker/processTable.ts';

const run = promisify(execFile);

export interface Known {
  readonly pid: number;
  readonly start: string;
}

/** What a process has started and what that has started, but for what has ended already. */
export async function descendants(parent: number): Promise<Known[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,comm='], { maxBuffer: 16 * 1024 * 1024 });
  const all = stdout.split('\n').flatMap((line) => {
    const [pid, ppid, name] = line.trim().split(/\s+/);
    return pid && name !== 'ps' ? [{ pid: Number(pid), ppid: Number(ppid) }] : [];
  });
  const found = [parent];
  for (const pid of found) for (const each of all) if (each.ppid === pid) found.push(each.pid);
  const known = await Promise.all(
    found.slice(1).map(async (pid) => ({ pid, start: (await processStart(pid)) ?? '' })),
  );
  return known.filter(({ start }) => start !== '');
}

export async function stillThere(processes: readonly Known[]): Promise<Known[]> {
  const now = await Promise.all(
    processes.map(async (each) => ((await processStart(each.pid)) === each.start ? [each] : [])),
  );
  return now.flat();
}

export async function killAll(processes: readonly Known[]): Promise<void> {
  await Promise.all(
    processes.map(({ pid, start }) => reapProcess(pid, start, { waitMs: 3_000, lookMs: 20 })),
  );
}
