import * as z from 'zod';
import { bitrateSchema, timeSchema } from './presetValues.ts';

/** The parts of a preset for results that are not one film: stills and ladders. */

export const stillSchema = z.strictObject({
  at: z
    .union([timeSchema, z.string().regex(/^(?:100|\d{1,2})(?:\.\d+)?%$/), z.literal('auto')])
    .optional()
    .meta({
      description:
        'Which frame: a time, a part of the film such as `10%`, or `auto`, a typical frame near a tenth of it.',
      default: 'auto',
      examples: ['10%', '0:42'],
    }),
  quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .meta({
      description: 'Quality of a jpg, webp or avif, 100 is best. A png has none.',
      default: 85,
      examples: [90],
    }),
});

export const contactSheetSchema = z.strictObject({
  columns: z
    .int()
    .min(1)
    .max(12)
    .optional()
    .meta({ description: 'Frames side by side.', default: 4, examples: [5] }),
  rows: z
    .int()
    .min(1)
    .max(12)
    .optional()
    .meta({ description: 'Rows of frames.', default: 4, examples: [3] }),
  tileWidth: z
    .int()
    .min(32)
    .max(1920)
    .optional()
    .meta({
      description: 'Width of each frame in pixels.',
      default: 320,
      examples: [480],
    }),
});

const rungSchema = z.strictObject({
  height: z
    .int()
    .min(64)
    .max(8640)
    .meta({
      description: 'Height in pixels. One that is taller than the source is left out.',
      examples: [720],
    }),
  bitrate: bitrateSchema.meta({ description: 'Average bit rate of the picture.', examples: ['3M'] }),
});

export const ladderSchema = z.strictObject({
  rungs: z
    .array(rungSchema)
    .min(1)
    .max(12)
    .optional()
    .meta({
      description: 'The sizes, tallest first; each with its bit rate.',
      examples: [[{ height: 720, bitrate: '3M' }]],
    }),
  segmentSeconds: z
    .number()
    .min(1)
    .max(30)
    .optional()
    .meta({
      description: 'Length of each piece; also the keyframe interval.',
      default: 6,
      examples: [4],
    }),
});

export type Still = z.output<typeof stillSchema>;
export type ContactSheet = z.output<typeof contactSheetSchema>;
export type Ladder = z.output<typeof ladderSchema>;
