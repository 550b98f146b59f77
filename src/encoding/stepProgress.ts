import { createHeldFrames, mostHeld } from './heldFrames.ts';
import type { ProgressBlock } from './progress.ts';

/** How much of one ffmpeg run is done. */
export interface StepProgress {
  /**
   * The part that is done, `seconds` after the step began: 0 to 1 as far as the expectation holds, more where the
   * result grows beyond it; missing where neither duration nor frames are known.
   */
  reached(block: ProgressBlock, seconds: number): number | undefined;
}

/** Seconds in which the first burst of frames into the encoder says nothing. */
const opening = 1;
/** Seconds of media by which sound may be written ahead of the picture. */
const soundAhead = 10;

/**
 * By frames and by time where both are known, whichever is less: either may run ahead of the truth. Frames count what
 * the encoder only holds (heldFrames.ts); out_time is that of the stream which is furthest, and sound waits for nothing.
 * Where time is further by more than sound can be, the expected number of frames is wrong and time is right.
 */
export function createStepProgress(expected: {
  readonly duration?: number;
  readonly frames?: number;
}): StepProgress {
  const heldFrames = createHeldFrames();
  const { duration, frames } = expected;

  function encodedFrames({ frame, end }: ProgressBlock, seconds: number): number | undefined {
    if (frame === undefined || end) return frame;
    const held = heldFrames.update(frame, seconds);
    return seconds < opening && frame <= mostHeld ? 0 : Math.max(0, frame - held);
  }

  return {
    reached(block, seconds) {
      const byFrames = share(encodedFrames(block, seconds), frames);
      const byTime = share(block.outTime, duration);
      if (byFrames === undefined || byTime === undefined) return byFrames ?? byTime;
      // Nothing is written yet; in the first pass of some encoders, nothing ever is.
      if (byTime === 0) return (block.frame ?? 0) <= mostHeld ? 0 : byFrames;
      const ahead = (byTime - byFrames) * (duration ?? 0);
      return ahead > soundAhead ? byTime : Math.min(byTime, byFrames);
    },
  };
}

function share(value: number | undefined, whole: number | undefined): number | undefined {
  if (value === undefined || whole === undefined || !(whole > 0)) return undefined;
  const part = value / whole;
  return Number.isFinite(part) ? part : undefined;
}
