import * as z from 'zod';
import { metrics } from '../encoding/likeness.ts';
import { outputNameSchema } from '../encoding/preset.ts';
import { findingSchema, verdictSchema } from '../encoding/verdict.ts';
import { attemptCommandSchema, errorDataSchema, idSchema, pathSchema } from './model.ts';

/**
 * What people ask about files without a job: how would it be encoded, is it healthy, how like are two? The asker
 * makes the id, hears `inquiry.progress` under it while the request runs, and ends it all by cancelling the request.
 */
export const inquiryKey = { inquiryId: idSchema };

export const inquiryProgressSchema = z.object({
  ...inquiryKey,
  /** 0 to 1, never less than before; missing while it cannot be said. */
  fraction: z.number().min(0).max(1).optional(),
  /** What is done now, in a few words. */
  step: z.string().optional(),
});

export const segmentSafetySchema = z.discriminatedUnion('safe', [
  z.object({ safe: z.literal('yes') }),
  z.object({ safe: z.literal('preroll'), seconds: z.number() }),
  z.object({ safe: z.literal('no'), why: z.string() }),
]);

/** A file that lies in the command’s folder before it runs. */
export const previewFileSchema = z.discriminatedUnion('from', [
  z.object({ name: z.string(), from: z.literal('text'), text: z.string() }),
  /** A copy of this file. */
  z.object({ name: z.string(), from: z.literal('copy'), path: pathSchema }),
  /** Made by a command of the purpose `extract`. */
  z.object({ name: z.string(), from: z.literal('source') }),
]);

/** What a worker says of one output: what an encode of it would run. */
export const plannedCommandsSchema = z.object({
  /**
   * Everything that an attempt would record, in order and to the byte: looks at the source (`crop`, `loudness`,
   * `quality`), which ran for this preview, and then what makes the result.
   */
  commands: z.array(attemptCommandSchema.pick({ purpose: true, argv: true })),
  files: z.array(previewFileSchema),
  /** Name of the result in the commands’ folder, where the last of them leaves it. */
  result: z.string().optional(),
  encoders: z.object({ video: z.string().optional(), audio: z.array(z.string()) }).optional(),
  /** The crf that a search for a target quality came to. */
  crf: z.number().optional(),
  segmentSafe: segmentSafetySchema.optional(),
  /** What is left out or changed, and what analyses found. */
  notes: z.array(findingSchema),
  /** Why it cannot be made; `commands` then holds what ran before that was known. */
  problem: errorDataSchema
    .extend({
      /** The field at fault, from the root of the preset. */
      path: z.array(z.union([z.string(), z.int()])).optional(),
    })
    .optional(),
});

export const previewOutputSchema = plannedCommandsSchema.extend({
  /** Its name in the preset; missing for the only one of a preset. */
  name: outputNameSchema.optional(),
  /** Whether the preset’s conditions hold for this source. */
  applies: z.boolean(),
  /** Why it does not apply. */
  why: z.string().optional(),
  /** Where the result would go if it were encoded now; missing when it does not apply. */
  path: pathSchema.optional(),
});

export const checkedTrackSchema = z.object({
  index: z.int().min(0),
  type: z.enum(['video', 'audio', 'subtitle', 'data', 'attachment', 'unknown']),
  codec: z.string(),
  language: z.string().optional(),
  /** Whether it was decoded, or only found. */
  decoded: z.boolean(),
  /** Seconds that the file announces. */
  announced: z.number().optional(),
  /** Second that decoding reached. */
  reached: z.number().optional(),
  frames: z.int().optional(),
});

export const healthSchema = z.object({
  path: pathSchema,
  thorough: z.boolean(),
  /** `fail`: it does not play to its end, or not as it should; each finding says so with its numbers. */
  verdict: verdictSchema,
  /** ffprobe’s name of the container; missing where it is not even that. */
  container: z.string().optional(),
  bytes: z.number(),
  /** Seconds that the file announces. */
  announced: z.number().optional(),
  /** Second that decoding reached; missing where it was not decoded to the end. */
  reached: z.number().optional(),
  /** It ends in the middle of something. */
  truncated: z.boolean(),
  /** Number of messages of decoders and demuxer about damage. */
  damage: z.int().min(0),
  /** The first of them, each with the second near which it came, where that is known. */
  places: z.array(z.object({ at: z.number().optional(), message: z.string() })),
  tracks: z.array(checkedTrackSchema),
});

export const metricSchema = z.enum(metrics);

/** JSON has no infinity: ffmpeg’s own word stands for PSNR’s of equal pictures. */
const scoreSchema = z.union([z.number(), z.literal('inf')]);

export const figureSchema = z.object({
  metric: metricSchema,
  /** Over all frames: SSIM 0 to 1, PSNR in dB, VMAF 0 to 100. */
  mean: scoreSchema,
  /** The worst second: its mean, and where it begins in the result. */
  worst: z.object({ at: z.number(), mean: scoreSchema }).optional(),
});

export const likenessSchema = z.object({
  result: pathSchema,
  reference: pathSchema,
  /** Pixels at which they were compared: the result’s. */
  width: z.int(),
  height: z.int(),
  /** Frames that were compared. */
  frames: z.int().optional(),
  figures: z.array(figureSchema).min(1),
  /** What was done to the reference, and metrics that were asked for and could not be measured. */
  notes: z.array(findingSchema),
});

export type InquiryProgress = z.output<typeof inquiryProgressSchema>;
export type PlannedCommands = z.output<typeof plannedCommandsSchema>;
export type PreviewFile = z.output<typeof previewFileSchema>;
export type PreviewOutput = z.output<typeof previewOutputSchema>;
export type Health = z.output<typeof healthSchema>;
export type CheckedTrack = z.output<typeof checkedTrackSchema>;
export type Likeness = z.output<typeof likenessSchema>;
export type Figure = z.output<typeof figureSchema>;
