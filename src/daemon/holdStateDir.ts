import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { discoveryPath, isProcessAlive, readDiscovery } from '../client/discovery.ts';
import { tryLock, type Lock } from '../files/lock.ts';
import type { Config } from './config.ts';

export type Held = { readonly lock: Lock } | { readonly heldBy: number | undefined };

/**
 * One daemon per state folder: takes its lock, or says which process holds it. While the holder has no discovery
 * file it is about to be ready or to be gone: that is waited for.
 */
export async function holdStateDir(
  stateDir: string,
  { takeOverSeconds, takeOverLookMs }: Pick<Config, 'takeOverSeconds' | 'takeOverLookMs'>,
): Promise<Held> {
  const deadline = performance.now() + takeOverSeconds * 1000;
  for (;;) {
    const lock = tryLock(path.join(stateDir, 'daemon.lock'));
    if (lock !== undefined) {
      // Of a daemon that was killed: its process id may be somebody else's by now.
      await rm(discoveryPath(stateDir), { force: true });
      return { lock };
    }
    const discovery = await readDiscovery(stateDir).catch(() => undefined);
    if (discovery !== undefined && isProcessAlive(discovery.pid)) return { heldBy: discovery.pid };
    if (performance.now() >= deadline) return { heldBy: undefined };
    await delay(takeOverLookMs);
  }
}
