import * as z from 'zod';
import { assetOf } from './presetValues.ts';

/** Settings of the picture that have several parts of their own. */

export const cropSchema = z.strictObject({
  top: z
    .int()
    .min(0)
    .max(8192)
    .optional()
    .meta({ description: 'Pixels cut off at the top.', examples: [140] }),
  bottom: z
    .int()
    .min(0)
    .max(8192)
    .optional()
    .meta({ description: 'Pixels cut off at the bottom.', examples: [140] }),
  left: z
    .int()
    .min(0)
    .max(8192)
    .optional()
    .meta({ description: 'Pixels cut off on the left.', examples: [8] }),
  right: z
    .int()
    .min(0)
    .max(8192)
    .optional()
    .meta({ description: 'Pixels cut off on the right.', examples: [8] }),
});

export const targetQualitySchema = z.strictObject({
  metric: z
    .enum(['ssim', 'vmaf'])
    .optional()
    .meta({
      description: 'How likeness to the source is measured. VMAF needs an ffmpeg that has it.',
      default: 'ssim',
      examples: ['vmaf'],
    }),
  score: z
    .number()
    .min(0.5)
    .max(100)
    .meta({
      description: 'The goal: SSIM from 0 to 1 (0.98 is very good), VMAF from 0 to 100 (95 is very good).',
      examples: [0.98],
    }),
});

export const watermarkSchema = z.strictObject({
  file: assetOf('png', 'jpg', 'jpeg', 'webp').meta({
    description: 'A PNG, JPEG or WebP in the folder of the source or below.',
    examples: ['logo.png'],
  }),
  position: z
    .enum(['top-left', 'top-right', 'bottom-left', 'bottom-right', 'center'])
    .optional()
    .meta({ description: 'Where it stands.', default: 'bottom-right', examples: ['top-left'] }),
  width: z
    .number()
    .min(1)
    .max(100)
    .optional()
    .meta({
      description: 'Its width in percent of the picture’s.',
      default: 15,
      examples: [20],
    }),
  opacity: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({
      description: 'From 0, invisible, to 1.',
      default: 1,
      examples: [0.6],
    }),
});

export const burnSubtitlesSchema = z
  .strictObject({
    track: z
      .int()
      .min(1)
      .max(99)
      .optional()
      .meta({
        description: 'Number of the subtitle track, from 1.',
        examples: [1],
      }),
    language: z
      .string()
      .regex(/^[a-z]{2,3}$/)
      .optional()
      .meta({
        description: 'The first subtitle track of this language.',
        examples: ['eng'],
      }),
    forced: z
      .boolean()
      .optional()
      .meta({
        description: 'Only a track that is marked as forced.',
        default: false,
        examples: [true],
      }),
    file: assetOf('srt', 'ass', 'ssa', 'vtt')
      .optional()
      .meta({
        description:
          'A file of subtitles (srt, ass, vtt) in the folder of the source or below; `${fileBasenameNoExtension}` stands for the source’s name.',
        examples: ['${fileBasenameNoExtension}.srt'],
      }),
  })
  .refine((burn) => burn.file === undefined || (burn.track ?? burn.language) === undefined, {
    message: 'Use either a file or a track of the source, not both.',
    path: ['file'],
  });

export type Crop = z.output<typeof cropSchema>;
export type Watermark = z.output<typeof watermarkSchema>;
export type BurnSubtitles = z.output<typeof burnSubtitlesSchema>;
export type TargetQuality = z.output<typeof targetQualitySchema>;
