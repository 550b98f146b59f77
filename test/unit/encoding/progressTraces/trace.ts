import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

const count = z.number().nonnegative().nullable();

const stepSchema = z.strictObject({
  label: z.string().optional(),
  /** As a plan would declare it before the run, not as it turned out. */
  weight: z.number().positive(),
  /** Seconds and frames that the plan expects; missing where a plan could not know. */
  duration: z.number().positive().optional(),
  frames: z.int().positive().optional(),
  command: z.string(),
  /** All times in milliseconds since the first step began. */
  beganMs: z.int().nonnegative(),
  endedMs: z.int().positive(),
  /** Time, frame, out_time_us, total_size of each block; null for what ffmpeg did not say. The last one is the end. */
  blocks: z.array(z.tuple([z.int().nonnegative(), count, count, count])).min(1),
});

const traceSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  /**
   * `processor`: ffmpeg’s processor time, as on one processor with nothing else to do. `wall`: what a clock on the wall
   * said while other programs took about half of the machine; `busy`: while they took most of it.
   */
  clock: z.enum(['processor', 'wall', 'busy']),
  /** Version of the ffmpeg that was recorded. */
  ffmpeg: z.string(),
  steps: z.array(stepSchema).min(1),
});

export type ProgressTrace = z.output<typeof traceSchema>;
export type TracedStep = z.output<typeof stepSchema>;

/** What test/bench/recordProgressTraces.ts recorded. */
export function readTraces(): ProgressTrace[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => traceSchema.parse(JSON.parse(readFileSync(path.join(import.meta.dirname, file), 'utf8'))));
}
