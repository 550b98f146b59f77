import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a daemon may take to write its state and leave. */
const graceMs = 5000;

/**
 * A private state folder, so that nothing a test or a benchmark does meets the queue of the person at this machine.
 * `remove` ends the daemon that was started in it.
 */
export function makeStateDir() {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-state-'));
  const remove = async () => {
    await endDaemon(dir);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { dir, remove };
}

/** @param {string} stateDir */
export async function endDaemon(stateDir) {
  const pid = daemonPid(stateDir);
  if (pid === undefined || !signal(pid, 'SIGTERM')) return;
  for (let waited = 0; waited < graceMs; waited += 50) {
    await delay(50);
    if (!signal(pid, 0)) return;
  }
  signal(pid, 'SIGKILL');
}

function daemonPid(stateDir) {
  try {
    const { pid } = JSON.parse(readFileSync(path.join(stateDir, 'daemon.json'), 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether there was a process to tell. */
function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}
