import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/workerContract.ts';
import { toDestinationError } from './destinationError.ts';
import { errnoCode } from './errnoCode.ts';
import { place, recoverPlacement, type Placement } from './placing.ts';

/** Milliseconds before each further try: from the first to the longest, twice as long each time. */
export function pausesMs(tries: number, firstMs: number, longestMs: number): number[] {
  return Array.from({ length: tries }, (_, index) => Math.min(longestMs, firstMs * 2 ** Math.min(index, 30)));
}

/**
 * `place`, tried again while the destination does not take the file. A try may have failed behind the decisive
 * step, so each further one begins by looking how far the last came. The staged file stays until it is placed.
 */
export async function placePersistently(
  placement: Placement & { identity: FileIdentity },
  options: {
    signal: AbortSignal;
    pausesMs: readonly number[];
    /** Between further tries while the destination is full: that is waited for, however long it takes. */
    fullPauseMs: number;
    onFull?: (error: DffmpegError) => void;
  },
): Promise<'placed' | 'taken'> {
  let failure: unknown;
  try {
    return await place(placement);
  } catch (error) {
    if (!mayPass(error)) throw error;
    failure = error;
  }
  for (let tries = 0; ; tries += 1) {
    const full = failure instanceof DffmpegError && failure.code === 'destination-full' ? failure : undefined;
    const pause = options.pausesMs[tries] ?? (full && options.fullPauseMs);
    if (pause === undefined) throw failure;
    if (full) options.onFull?.(full);
    await delay(pause, undefined, { signal: options.signal });
    try {
      const outcome = await recoverPlacement(placement);
      if (outcome === 'gone') throw failure;
      return outcome;
    } catch (error) {
      const known = toDestinationError(error, path.dirname(placement.path));
      if (error === failure || !mayPass(known)) throw known;
      failure = known;
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof DffmpegError ? error.class === 'destination' : errnoCode(error) !== undefined;
}
