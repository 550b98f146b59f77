import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errnoCode } from '../files/errnoCode.ts';

const run = promisify(execFile);

/**
 * When a process began, in the system's own unit, as text; with its id it names the process for ever, since
 * ids are used again. `undefined` when there is no such process.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  try {
    if (process.platform === 'linux') return await linuxStart(pid);
    return await (process.platform === 'win32' ? windowsStart(pid) : unixStart(pid));
  } catch {
    return undefined;
  }
}

/** Whether the process is known to be gone: where the system does not tell, it is believed to live. */
export async function isGone(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errnoCode(error) === 'ESRCH';
  }
  const now = await processStart(pid);
  return now !== undefined && now !== start;
}

/** Milliseconds. */
export interface ReapTimes {
  /** How long it may take to be gone. */
  readonly waitMs: number;
  /** How often it is looked at meanwhile. */
  readonly lookMs: number;
}

/**
 * Ends a process and what it started, but only if its start time is the one given. Whether it is gone within `waitMs`;
 * `false` when the id names no process, or another one by now.
 */
export async function reapProcess(
  pid: number,
  start: string,
  { waitMs, lookMs }: ReapTimes,
): Promise<boolean> {
  if ((await processStart(pid)) !== start) return false;
  await killTree(pid);
  const deadline = performance.now() + waitMs;
  while ((await processStart(pid)) === start) {
    if (performance.now() > deadline) return false;
    await delay(lookMs);
  }
  return true;
}

/** Our ffmpegs lead a process group of their own, so that a group's end is theirs alone. */
async function killTree(pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await run('taskkill', ['/pid', String(pid), '/T', '/F']).catch(() => undefined);
    return;
  }
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch (error) {
      if (errnoCode(error) !== 'ESRCH') throw error;
    }
  }
}

/** Field 22 of /proc/PID/stat: clock ticks since boot. The boot's id tells boots apart. */
async function linuxStart(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  return startIn(stat, boot);
}

/** As `processStart`, at once; `undefined` on other systems. */
export function linuxStartNow(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return startIn(stat, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  } catch {
    return undefined;
  }
}

function startIn(stat: string, boot: string): string | undefined {
  // The name, in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  if (ticks === undefined || state === 'Z' || state === 'X') return undefined;
  return `${boot.trim()}:${ticks}`;
}

async function unixStart(pid: number): Promise<string | undefined> {
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout.trim() || undefined;
}

async function windowsStart(pid: number): Promise<string | undefined> {
  const command = `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`;
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command], {
    windowsHide: true,
  });
  return stdout.trim() || undefined;
}
