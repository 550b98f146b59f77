import type { ProgressBlock } from './progress.ts';

/** What people see of a running encode; missing is what cannot be said (yet). */
export interface ProgressEstimate {
  /** 0 to 1, never falling, below 1 until `delivered` was called. */
  readonly fraction?: number;
  readonly framesPerSecond?: number;
  /** Media seconds per wall second. */
  readonly speed?: number;
  /** Wall seconds left. */
  readonly eta?: number;
  /** Media seconds written. */
  readonly outTime?: number;
  readonly bytes?: number;
}

export interface ProgressTracker {
  /** `now` in milliseconds of any clock that does not jump. */
  update(block: ProgressBlock, now: number): ProgressEstimate;
  /** The result lies at its place: the one moment at which the fraction becomes 1. */
  delivered(): ProgressEstimate;
}

/** The fraction shown while anything is left to do. */
const almost = 0.999;
/** Milliseconds after which a change of pace shows by two thirds. */
const smoothing = 5000;
/** Milliseconds to watch before an estimate is worth saying. */
const warmUp = 1000;

/** `duration` in seconds and `frames` of the expected result, whichever are known. */
export function createProgressTracker(expected: {
  readonly duration?: number;
  readonly frames?: number;
}): ProgressTracker {
  let startedAt: number | undefined;
  let fraction: number | undefined;
  let last: ProgressEstimate = {};
  const fractionPace = createPace();
  const timePace = createPace();
  const framePace = createPace();

  return {
    update(block, now) {
      startedAt ??= now;
      const reached = reachedFraction(block, expected);
      if (reached !== undefined) fraction = Math.max(fraction ?? 0, Math.min(almost, reached));
      const pace = fractionPace.update(fraction, now);
      const settled = now - startedAt >= warmUp;
      last = {
        fraction,
        framesPerSecond: framePace.update(block.frame, now) ?? block.fps,
        speed: timePace.update(block.outTime, now) ?? block.speed,
        eta:
          settled && pace !== undefined && pace > 0 && fraction !== undefined
            ? finite((1 - fraction) / pace)
            : undefined,
        outTime: block.outTime ?? last.outTime,
        bytes: block.bytes ?? last.bytes,
      };
      return last;
    },
    delivered() {
      fraction = 1;
      last = { ...last, fraction, eta: undefined };
      return last;
    },
  };
}

/** By time where the duration is known, else by frames. */
function reachedFraction(
  block: ProgressBlock,
  expected: { readonly duration?: number; readonly frames?: number },
): number | undefined {
  const { duration, frames } = expected;
  if (block.outTime !== undefined && duration !== undefined && duration > 0)
    return finite(block.outTime / duration);
  if (block.frame !== undefined && frames !== undefined && frames > 0) return finite(block.frame / frames);
  return undefined;
}

/** Units per second of a value that grows, smoothed over time whatever the rhythm of the samples. */
function createPace(): { update(value: number | undefined, now: number): number | undefined } {
  let previous: { value: number; at: number } | undefined;
  let pace: number | undefined;
  return {
    update(value, now) {
      if (value === undefined || !Number.isFinite(now)) return pace;
      if (previous === undefined) {
        previous = { value, at: now };
        return pace;
      }
      const elapsed = now - previous.at;
      if (elapsed <= 0) return pace;
      const current = Math.max(0, ((value - previous.value) * 1000) / elapsed);
      const weight = 1 - Math.exp(-elapsed / smoothing);
      pace = finite(pace === undefined ? current : pace + weight * (current - pace)) ?? pace;
      previous = { value, at: now };
      return pace;
    },
  };
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
