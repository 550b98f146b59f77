import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a process may take to leave by itself. */
const graceMs = 5000;

/** Ends a child that was started `detached` (POSIX: its whole group), kindly first. */
export async function endTree(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  signalTree(child.pid, 'SIGTERM');
  const timer = new AbortController();
  await Promise.race([gone, delay(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
  // Also the rest of the group: an extension host may outlive its server by a moment.
  signalTree(child.pid, 'SIGKILL');
  await gone;
}

function signalTree(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' }).on('error', () => undefined);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
