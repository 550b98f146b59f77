import { setTimeout as delay } from 'node:timers/promises';
import { DffmpegError } from '../protocol/errors.ts';

const firstDelayMs = 100;
const maxDelayMs = 5000;

/**
 * Asks until there is an answer: a failure of class `transient` (no connection, no answer in time, a store
 * that is away) is asked again, later each time. Any other failure is an answer, and thrown.
 */
export async function persistently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pause = firstDelayMs; ; pause = Math.min(pause * 2, maxDelayMs)) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DffmpegError) || error.class !== 'transient') throw error;
    }
    await delay(pause, undefined, { signal });
  }
}
