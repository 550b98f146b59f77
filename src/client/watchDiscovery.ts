import { watch } from 'node:fs';
import path from 'node:path';
import { discoveryPath } from './discovery.ts';

/**
 * Calls back when the discovery file may have changed; the function that comes back ends it. Where a file system
 * reports nothing, nothing is reported: callers also look from time to time.
 */
export function watchDiscovery(stateDir: string, onChange: () => void): () => void {
  const name = path.basename(discoveryPath(stateDir));
  try {
    const watcher = watch(stateDir, { persistent: false }, (_, changed) => {
      if (changed === null || changed === name) onChange();
    });
    watcher.on('error', () => {
      watcher.close();
    });
    return () => {
      watcher.close();
    };
  } catch {
    return () => undefined;
  }
}
