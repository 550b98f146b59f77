/**
 * Frames that the encoder has taken and not yet encoded.
 *
 * Until 5.1 ffmpeg counts a frame when the encoder takes it. Encoders that look ahead take their first frames at once
 * and give back nothing, then take one for each that they finish, and at the end, when ffmpeg says nothing any more,
 * work off what they hold. So the count runs ahead by what came in the first burst. Of a steady encode it is what the
 * line through the later samples says for the beginning:
 *
 *     frames
 *       │          ╱
 *       │      ╱
 *       │  ╱          held = frames − seconds × pace after the burst
 *     held
 *       │
 *       └──────────── seconds
 *
 * Later versions count what was encoded, from which no burst and thus nothing held is seen.
 */
export interface HeldFrames {
  /** Takes a sample, `seconds` after the step began; says how many frames are held as far as is known. */
  update(frames: number, seconds: number): number;
}

/** No encoder is known to hold more; also how much harm a quiet opening, which looks the same, can do. */
export const mostHeld = 120;
/** Frames after which what is held does not change any more. */
const settled = 2 * mostHeld;
/** The burst is at least this much faster than what follows. */
const burst = 2;
/** Seconds to watch after a burst before its end is believed. */
const watch = 0.5;

export function createHeldFrames(): HeldFrames {
  const early: { frames: number; seconds: number }[] = [];
  let held = 0;
  return {
    update(frames, seconds) {
      if (frames > settled) return held;
      held = 0;
      for (const end of early) {
        if (seconds - end.seconds < watch) continue;
        const pace = (frames - end.frames) / (seconds - end.seconds);
        if (end.frames >= burst * pace * end.seconds) held = Math.max(held, end.frames - pace * end.seconds);
      }
      if (frames <= mostHeld && frames > (early.at(-1)?.frames ?? 0)) early.push({ frames, seconds });
      return held;
    },
  };
}
