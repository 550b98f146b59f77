import { setTimeout as delay } from 'node:timers/promises';
import { DffmpegError } from '../protocol/errors.ts';
import { defaultWorkerSettings, type WorkerSettings } from './workerSettings.ts';

type Pauses = Pick<WorkerSettings, 'reportRetryMinSeconds' | 'reportRetryMaxSeconds' | 'reportRetryFactor'>;

/**
 * Asks until there is an answer: a failure of class `transient` (no connection, no answer in time, a store
 * that is away) is asked again, later each time. Any other failure is an answer, and thrown.
 */
export async function persistently<T>(
  ask: () => Promise<T>,
  signal: AbortSignal,
  pauses: Pauses = defaultWorkerSettings,
): Promise<T> {
  const { reportRetryMinSeconds: first, reportRetryMaxSeconds: longest, reportRetryFactor: factor } = pauses;
  for (let pause = first; ; pause = Math.min(pause * factor, longest)) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DffmpegError) || error.class !== 'transient') throw error;
    }
    await delay(pause * 1000, undefined, { signal });
  }
}
