import { createProgressTracker, type ProgressEstimate } from '../../../../src/encoding/progressTracker.ts';
import type { ProgressTrace } from './trace.ts';

export interface Replayed {
  /** Milliseconds since the first step began, pauses left out. */
  readonly at: number;
  readonly estimate: ProgressEstimate;
}

/** What a person would have seen, block by block. `pauses`: before which block of each step to pause, for how many ms. */
export function replay(trace: ProgressTrace, pauses: ReadonlyMap<number, number> = new Map()): Replayed[] {
  const tracker = createProgressTracker(trace.steps);
  const replayed: Replayed[] = [];
  let paused = 0;
  trace.steps.forEach((step, index) => {
    replayed.push({ at: step.beganMs, estimate: tracker.begin(index, step.beganMs + paused) });
    let before = step.beganMs;
    step.blocks.forEach(([at, frame, outTimeUs, bytes], position) => {
      const pause = pauses.get(position);
      if (pause !== undefined) {
        tracker.pause(before + paused);
        paused += pause;
        tracker.resume(before + paused);
      }
      const block = {
        frame: frame ?? undefined,
        outTime: outTimeUs === null ? undefined : outTimeUs / 1e6,
        bytes: bytes ?? undefined,
        end: position === step.blocks.length - 1,
      };
      replayed.push({ at, estimate: tracker.update(block, at + paused) });
      before = at;
    });
  });
  return replayed;
}

/** How far the ETA was off when the fraction first came to `fraction`, as a part of what really remained. */
export function etaError(
  trace: ProgressTrace,
  replayed: readonly Replayed[],
  fraction: number,
): number | undefined {
  const reached = replayed.find(({ estimate }) => (estimate.fraction ?? 0) >= fraction);
  const eta = reached?.estimate.eta;
  if (reached === undefined || eta === undefined) return undefined;
  const remaining = ((trace.steps.at(-1)?.endedMs ?? 0) - reached.at) / 1000;
  return remaining > 0 ? (eta - remaining) / remaining : undefined;
}
