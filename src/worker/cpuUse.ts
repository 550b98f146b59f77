import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { promisify } from 'node:util';
import { liveChildren } from './childLedger.ts';
import type { CpuUse } from './foreignLoad.ts';

const run = promisify(execFile);

/** Of Linux, whatever the kernel counts by. */
const ticksPerSecond = 100;

/** Reads what the system tells: Linux and macOS. Elsewhere nobody knows what is whose, so that it is never told. */
export function cpuUseReader(platform: string): () => Promise<CpuUse | undefined> {
  if (platform === 'linux') return () => Promise.resolve(linuxUse());
  if (platform === 'darwin') return psReader();
  return () => Promise.resolve(undefined);
}

/**
 * All in one turn: a child that ends goes over from its own count into that of this process, which happens between turns. So
 * nothing is counted twice or missed.
 */
function linuxUse(): CpuUse {
  let own = linuxSeconds(process.pid) ?? 0;
  for (const pid of liveChildren()) own += linuxSeconds(pid) ?? 0;
  return { ...machineUse(), own };
}

/** Of a process and the children that it has waited for. */
function linuxSeconds(pid: number): number | undefined {
  try {
    return secondsInStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Fields 14 to 17 of /proc/PID/stat: user and system, of itself and of its children. */
export function secondsInStat(stat: string): number {
  // The name, in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}

/** What a child has used that has ended is not in the list any more: such a moment is left out. */
function psReader(): () => Promise<CpuUse | undefined> {
  let before: readonly number[] = [];
  return async () => {
    const pids = [process.pid, ...liveChildren()];
    const argv = ['-o', 'time=', '-p', pids.join(',')];
    const { stdout } = await run('ps', argv, { env: { ...process.env, LC_ALL: 'C' } });
    const hasAll = before.every((pid) => pids.includes(pid));
    before = pids;
    return hasAll ? { ...machineUse(), own: secondsInPs(stdout) } : undefined;
  };
}

/** A line a process: `[[days-]hours:]minutes:seconds`. */
export function secondsInPs(text: string): number {
  let sum = 0;
  for (const [, days = '0', time = ''] of text.matchAll(/^\s*(?:(\d+)-)?([\d:.]+)\s*$/gm))
    sum += Number(days) * 86_400 + time.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return sum;
}

function machineUse(): Omit<CpuUse, 'own'> {
  const cpus = os.cpus();
  const busy = cpus.reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { at: performance.now() / 1000, cores: cpus.length, busy: busy / 1000 };
}
