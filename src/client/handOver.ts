import { setTimeout as delay } from 'node:timers/promises';
import { DffmpegError } from '../protocol/errors.ts';
import type { ClientSettings } from './clientSettings.ts';
import type { DaemonPeer } from './dialDaemon.ts';
import { isProcessAlive, type Discovery } from './discovery.ts';
import { readBuild } from './installProgram.ts';

/** Whether the program that this client could start is newer than the daemon that runs. */
export async function isOlder(
  daemon: { readonly version: string },
  programDir: string | undefined,
): Promise<boolean> {
  if (programDir === undefined) return false;
  const own = await readBuild(programDir).catch(() => undefined);
  return own !== undefined && isNewer(own.version, daemon.version);
}

export function isNewer(version: string, than: string): boolean {
  return comparesAs(version) > comparesAs(than);
}

/** `1.2.3` as a number to compare; what follows (`-beta.1`) counts nothing. Unreadable: the oldest. */
function comparesAs(version: string): number {
  const [, ...parts] = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(version) ?? [];
  return parts.reduce((sum, part) => sum * 10_000 + Number(part), 0);
}

/**
 * Asks an older daemon to leave. True: it does at once. Where something runs there it leaves later, and starts the program
 * of this client itself: that has to be in its state folder by then. What waits stays in the queue.
 */
export async function askToLeave(peer: DaemonPeer, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return (await peer.request('daemon.handOver', {}, { signal })).now;
  } catch (error) {
    if (!(error instanceof DffmpegError) || error.code !== 'unknown-method') throw error;
  }
  // Of before there was this: what runs is not begun anew for an update, and the next client asks again.
  const { counts } = await peer.request('daemon.status', {}, { signal });
  if (counts.running > 0) return false;
  await peer.request('daemon.stop', {}, { signal });
  return true;
}

/**
 * Ends an older daemon whose protocol this client does not speak: nobody else here can, either. What runs there goes back
 * to the queue.
 */
export function endIncompatible({ pid }: Discovery): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has just ended by itself.
  }
}

/** Until its process is gone, or it takes too long: then the one that is started waits for it, or says why it cannot. */
export async function untilGone(
  { pid }: Discovery,
  settings: ClientSettings,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + settings.startTimeoutSeconds * 1000;
  while (isProcessAlive(pid) && performance.now() < deadline)
    await delay(settings.startLookMs, undefined, { signal });
}
