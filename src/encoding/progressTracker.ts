import { createActiveClock } from './activeClock.ts';
import { createPace, type Pace } from './pace.ts';
import type { ProgressBlock } from './progress.ts';
import { createStepForecast, type StepForecast } from './stepForecast.ts';
import { createStepProgress, type StepProgress } from './stepProgress.ts';
import { createWorkPlan, type WorkAhead } from './workPlan.ts';

/** One run of ffmpeg among those that make a result: a pass, a measurement. */
export interface ProgressStep {
  /** Relative share of the whole work, above 0: predicted seconds or any proportional unit. */
  readonly weight: number;
  /** Seconds of media that the step reads or writes, and its frames; whichever are known. */
  readonly duration?: number;
  readonly frames?: number;
  /** What people read while it runs, such as “pass 1 of 2”. */
  readonly label?: string;
}

/** What people see of a running encode; missing is what cannot be said (yet). */
export interface ProgressEstimate {
  /** 0 to 1, never falling, below 1 until `delivered` was called. */
  readonly fraction?: number;
  readonly framesPerSecond?: number;
  /** Media seconds per wall second. */
  readonly speed?: number;
  /** Wall seconds left, of all steps together. */
  readonly eta?: number;
  /** Media seconds written by the current step. */
  readonly outTime?: number;
  /** Bytes written by the current step. */
  readonly bytes?: number;
  /** The current step’s label, or which one of how many it is; missing where there is only one. */
  readonly step?: string;
}

/** `now` is in milliseconds of any clock that does not jump. */
export interface ProgressTracker {
  /** Step `index` begins, 0 first. Steps may be skipped: a skipped or finished one counts whole. */
  begin(index: number, now: number): ProgressEstimate;
  /** A block of the step that runs; the first one begins step 0 if nothing did. */
  update(block: ProgressBlock, now: number): ProgressEstimate;
  /** Paused time is left out of pace and ETA, and there is no ETA while it lasts. */
  pause(now: number): ProgressEstimate;
  resume(now: number): ProgressEstimate;
  /** The result lies at its place: the one moment at which the fraction becomes 1. */
  delivered(): ProgressEstimate;
}

/** The fraction shown while anything is left to do. */
const almost = 0.999;
/** How far a step may go beyond its expectation before nobody knows where it ends. */
const overrun = 1.02;

/**
 * The first seconds are unlike the rest: a time left is told once so much is done, and so many seconds were watched.
 * A short encode is told by its part, a long film shall not wait for its percents.
 */
const toldFrom = [
  { fraction: 0.1, seconds: 0 },
  { fraction: 0.02, seconds: 5 },
  { fraction: 0, seconds: 20 },
] as const;

interface RunningStep {
  readonly index: number;
  /** Seconds of work before it, and since. */
  readonly beganAt: number;
  elapsed: number;
  readonly progress: StepProgress;
  readonly forecast: StepForecast;
  readonly framePace: Pace;
  readonly timePace: Pace;
  /** 0 to 1, never falling; missing as long as nothing says how far it is. */
  done?: number;
  overrun: boolean;
  framesPerSecond?: number;
  speed?: number;
  outTime?: number;
  bytes?: number;
}

/**
 * The fraction grows by the part of the remaining work that was done since it was last told:
 *
 *     fraction += (1 − fraction) × done since ÷ remaining before
 *
 * With weights that hold this is the weighted mean of the steps. Where weights turn out wrong (workPlan.ts) it goes on
 * from where it is, faster or slower, without a step back, and still arrives at the end together with the work.
 * How far a step is, is in stepProgress.ts; how fast it goes on, in stepForecast.ts.
 */
export function createProgressTracker(steps: readonly ProgressStep[]): ProgressTracker {
  const clock = createActiveClock();
  const plan = createWorkPlan(steps.map(({ weight }) => weight));
  let running: RunningStep | undefined;
  let fraction: number | undefined;
  let delivered = false;

  function grow(done: number, remaining: number): void {
    const before = fraction ?? 0;
    const share = remaining > 0 ? done / remaining : 0;
    // A clock that leapt beyond all measure says nothing of the work.
    const part = Number.isNaN(share) ? 0 : Math.min(1, share);
    fraction = Math.max(before, Math.min(almost, before + (1 - before) * part));
  }

  function ahead({ index, done = 0, elapsed, forecast }: RunningStep): WorkAhead {
    return plan.ahead(index, { done, elapsed, pace: forecast.pace() });
  }

  function advance(step: RunningStep, done: number): void {
    const before = step.done ?? 0;
    step.done = Math.max(before, done);
    const { pace, later } = ahead(step);
    grow(pace * (step.done - before), pace * (1 - before) + later);
  }

  /** What lies before step `index` counts whole from now on. */
  function leave(index: number, now: number): void {
    const from = running?.index ?? -1;
    if (running !== undefined && index > from) {
      running.elapsed = clock.at(now) - running.beganAt;
      advance(running, 1);
      plan.took(from, running.elapsed);
    }
    for (let skipped = from + 1; skipped < index; skipped += 1) {
      const { pace, later } = plan.ahead(skipped, { done: 0, elapsed: 0 });
      grow(pace, pace + later);
    }
    for (let again = index; again <= from; again += 1) plan.took(again, undefined);
  }

  function begin(index: number, now: number): RunningStep {
    leave(index, now);
    running = {
      index,
      beganAt: clock.at(now),
      elapsed: 0,
      progress: createStepProgress(steps[index] ?? {}),
      forecast: createStepForecast(),
      framePace: createPace(),
      timePace: createPace(),
      overrun: false,
    };
    return running;
  }

  function eta(step: RunningStep): number | undefined {
    const { duration, frames } = steps[step.index] ?? {};
    const watched = step.beganAt + step.elapsed;
    const early = !toldFrom.some((from) => (fraction ?? 0) >= from.fraction && watched >= from.seconds);
    const endless = duration === undefined && frames === undefined;
    if (clock.paused || delivered || endless || early || step.overrun) return undefined;
    const { pace, later, measured } = ahead(step);
    return measured ? finite(pace * (1 - (step.done ?? 0)) + later) : undefined;
  }

  function estimate(): ProgressEstimate {
    if (running === undefined) return { fraction };
    const { index, framesPerSecond, speed, outTime, bytes } = running;
    const name = steps[index]?.label ?? `step ${index + 1} of ${steps.length}`;
    return {
      fraction,
      framesPerSecond,
      speed,
      eta: eta(running),
      outTime,
      bytes,
      ...(steps.length > 1 ? { step: name } : {}),
    };
  }

  return {
    begin(index, now) {
      begin(Math.max(0, Math.min(index, steps.length - 1)), now);
      return estimate();
    },
    update(block, now) {
      const step = running ?? begin(0, now);
      const seconds = clock.at(now) - step.beganAt;
      step.elapsed = seconds;
      step.framesPerSecond = step.framePace.update(block.frame, seconds) ?? block.fps;
      step.speed = step.timePace.update(block.outTime, seconds) ?? block.speed;
      step.outTime = block.outTime ?? step.outTime;
      step.bytes = block.bytes ?? step.bytes;
      const reached = step.progress.reached(block, seconds);
      if (reached !== undefined) {
        step.overrun = reached > overrun;
        const done = Math.max(step.done ?? 0, Math.min(1, reached));
        step.forecast.update(done, seconds);
        advance(step, done);
      }
      return estimate();
    },
    pause(now) {
      clock.pause(now);
      return estimate();
    },
    resume(now) {
      clock.resume(now);
      return estimate();
    },
    delivered() {
      fraction = 1;
      delivered = true;
      return estimate();
    },
  };
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
