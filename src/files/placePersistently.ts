import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DffmpegError } from '../protocol/errors.ts';
import { grownWait } from '../protocol/grownWait.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import { toDestinationError } from './destinationError.ts';
import { errnoCode } from './errnoCode.ts';
import type { Placement } from './placement.ts';
import { place, recoverPlacement } from './placing.ts';
import { stagedAway } from './stagedAway.ts';

/** Milliseconds before each further try: from the first to the longest, `factor` times as long each time. */
export function pausesMs(tries: number, firstMs: number, longestMs: number, factor: number): number[] {
  return Array.from({ length: tries }, (_, index) => grownWait(firstMs, longestMs, factor, index));
}

export interface Patience {
  readonly signal: AbortSignal;
  readonly pausesMs: readonly number[];
  /** Between further tries while the destination is full, gone or read-only: that is waited for, however long it takes. */
  readonly longPauseMs: number;
  /** The result is kept and waits. */
  readonly onWait?: (error: DffmpegError) => void;
  /** Aborted when a person has chosen another folder. */
  readonly elsewhere?: AbortSignal;
}

/**
 * `place`, tried again while the destination does not take the file. A try may have failed behind the decisive
 * step, so each further one begins by looking how far the last came. The staged file stays until it is placed.
 * `elsewhere`: it has no name, and shall not get this one.
 */
export async function placePersistently(
  placement: Placement & { identity: FileIdentity },
  patience: Patience,
): Promise<'placed' | 'taken' | 'elsewhere'> {
  let failure: unknown;
  let away: DffmpegError | undefined;
  try {
    return await place(placement);
  } catch (error) {
    away = await stagedAway(placement, path.dirname(placement.path));
    if (!away && !mayPass(error)) throw error;
    failure = away ?? error;
  }
  for (let tries = 0; ; tries += 1) {
    const waits = failure instanceof DffmpegError && failure.class === 'destination' ? failure : undefined;
    const pause = patience.pausesMs[tries] ?? (waits && patience.longPauseMs);
    if (pause === undefined) throw failure;
    if (waits) patience.onWait?.(waits);
    // Without the result no other folder can have it either.
    await pauseFor(pause, away ? { signal: patience.signal } : patience);
    away = await stagedAway(placement, path.dirname(placement.path));
    if (away) {
      failure = away;
      continue;
    }
    try {
      const outcome = await recoverPlacement(placement);
      if (outcome === 'gone') throw failure;
      return outcome;
    } catch (error) {
      const known = toDestinationError(error, path.dirname(placement.path));
      if (error === failure || !mayPass(known)) throw known;
      // Only now: what was tried before may have given it the name behind its failure.
      if (patience.elsewhere?.aborted === true && known instanceof DffmpegError) return 'elsewhere';
      failure = known;
    }
  }
}

/** Ends sooner when another folder is chosen. */
async function pauseFor(
  ms: number,
  { signal, elsewhere }: Pick<Patience, 'signal' | 'elsewhere'>,
): Promise<void> {
  const ends = elsewhere ? AbortSignal.any([signal, elsewhere]) : signal;
  try {
    await delay(ms, undefined, { signal: ends });
  } catch (error) {
    if (signal.aborted || elsewhere?.aborted !== true) throw error;
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof DffmpegError ? error.class === 'destination' : errnoCode(error) !== undefined;
}
