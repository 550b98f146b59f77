import { setTimeout as delay } from 'node:timers/promises';
import type { Probe } from '../encoding/probe.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { WorkerSettings } from './workerSettings.ts';

/**
 * What a fresh result is, or `undefined` when it cannot be read as media. Whatever else keeps it from being
 * examined (a busy disk, a missing ffprobe) says nothing about the result: tried again, then thrown.
 */
export async function readBack(
  probe: () => Promise<Probe>,
  options: {
    signal: AbortSignal;
    log: (text: string) => void;
    settings: Pick<WorkerSettings, 'readBackTries' | 'readBackSeconds'>;
  },
): Promise<Probe | undefined> {
  const { signal, log, settings } = options;
  for (let left = settings.readBackTries - 1; ; left -= 1) {
    try {
      return await probe();
    } catch (error) {
      signal.throwIfAborted();
      log(`The result cannot be read back: ${String(error)}\n`);
      if (error instanceof DffmpegError && error.class === 'source') return undefined;
      if (left === 0) throw error;
    }
    await delay(settings.readBackSeconds * 1000, undefined, { signal });
  }
}
