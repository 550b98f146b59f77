import * as z from 'zod';
import { burnSubtitlesSchema, cropSchema, targetQualitySchema, watermarkSchema } from './presetPicture.ts';
import { pixelFormats, profiles, speeds, strengths, tunes, videoEncoders } from './presetNames.ts';
import { assetOf, bitrateSchema, sizeSchema } from './presetValues.ts';

/** The picture's part of a preset, in the order in which a person thinks of it: how well, how large, how it looks. */

export const videoSchema = z.strictObject({
  encoders: z
    .array(z.enum(videoEncoders))
    .min(1)
    .optional()
    .meta({
      description:
        'Encoders in order of preference; the first that a trial run proved on the worker is used.',
      examples: [['h264_nvenc', 'libx264']],
    }),
  copy: z
    .boolean()
    .optional()
    .meta({
      description:
        'Keep the picture as it is, without encoding it. Nothing else of this part can be asked for then.',
      default: false,
      examples: [true],
    }),
  crf: z
    .number()
    .min(0)
    .max(63)
    .optional()
    .meta({
      description:
        'Constant quality on the encoder’s own scale: lower is better and larger (H.264 18–28, AV1 24–40). One of `crf`, `bitrate`, `targetSize` and `targetQuality`; without any, the encoder’s usual value.',
      examples: [22],
    }),
  bitrate: bitrateSchema.optional().meta({
    description: 'Average bit rate, such as `2500k` or `4M`.',
    examples: ['2500k'],
  }),
  targetSize: sizeSchema.optional().meta({
    description:
      'Size that the whole result may have, sound included, such as `25MB`; the bit rate follows from the duration, and is smaller where the source itself has fewer bits to show.',
    examples: ['25MB'],
  }),
  targetQuality: targetQualitySchema.optional().meta({
    description: 'Likeness to the source: the crf is searched for on samples of the film before the encode.',
    examples: [{ metric: 'ssim', score: 0.98 }],
  }),
  maxBitrate: bitrateSchema.optional().meta({
    description: 'Bit rate that is not exceeded for long, for players and links that cannot take more.',
    examples: ['8M'],
  }),
  passes: z
    .union([z.literal(1), z.literal(2)])
    .optional()
    .meta({
      description: 'Two passes spread a bit rate or a size better over the film, and take longer.',
      default: 1,
      examples: [2],
    }),
  speed: z
    .enum(speeds)
    .optional()
    .meta({
      description: 'Time against size, mapped to each encoder’s own scale.',
      default: 'medium',
      examples: ['slow'],
    }),
  tune: z
    .enum(tunes)
    .optional()
    .meta({
      description: 'The kind of material. Encoders that know no such thing go without.',
      examples: ['animation'],
    }),
  profile: z
    .enum(profiles)
    .optional()
    .meta({
      description: 'Profile of the codec: what players must be able to do.',
      examples: ['main'],
    }),
  level: z
    .string()
    .regex(/^[1-8](\.\d)?$/)
    .optional()
    .meta({
      description: 'Level of the codec, such as `4.1`.',
      examples: ['4.1'],
    }),
  pixelFormat: z
    .enum(pixelFormats)
    .optional()
    .meta({
      description: '8-bit (`yuv420p`) plays everywhere; 10-bit bands less.',
      default: 'yuv420p',
      examples: ['yuv420p10le'],
    }),
  keyframeInterval: z
    .number()
    .min(0.1)
    .max(60)
    .optional()
    .meta({
      description: 'Seconds between keyframes at most: smaller seeks faster, larger is smaller.',
      examples: [2],
    }),
  maxFrameRate: z
    .number()
    .min(1)
    .max(240)
    .optional()
    .meta({
      description:
        'Drop frames above this rate, evenly where that comes close (50 becomes 25 under a limit of 30). In frames per second.',
      examples: [30],
    }),
  frameRate: z
    .number()
    .min(1)
    .max(240)
    .optional()
    .meta({
      description: 'Exactly this rate: frames are dropped or repeated. In frames per second.',
      examples: [25],
    }),
  frameTiming: z
    .enum(['auto', 'constant', 'variable'])
    .optional()
    .meta({
      description: '`auto` keeps a constant rate constant and a variable one variable.',
      default: 'auto',
      examples: ['constant'],
    }),
  maxWidth: z
    .int()
    .min(16)
    .max(16384)
    .optional()
    .meta({
      description: 'Scale down so that the picture, as it is seen, is at most this wide. In pixels.',
      examples: [1920],
    }),
  maxHeight: z
    .int()
    .min(16)
    .max(8640)
    .optional()
    .meta({
      description:
        'Scale down so that the picture, as it is seen after rotation, is at most this tall; never up. In pixels.',
      examples: [1080],
    }),
  width: z
    .int()
    .min(16)
    .max(16384)
    .optional()
    .meta({
      description: 'Exactly this wide; without `height` that follows. In pixels.',
      examples: [1280],
    }),
  height: z
    .int()
    .min(16)
    .max(8640)
    .optional()
    .meta({
      description: 'Exactly this tall; without `width` that follows. In pixels.',
      examples: [720],
    }),
  fit: z
    .enum(['inside', 'pad', 'fill', 'stretch'])
    .optional()
    .meta({
      description:
        'With both width and height: `inside` keeps the aspect, `pad` adds black bars, `fill` cuts off, `stretch` distorts.',
      default: 'inside',
      examples: ['pad'],
    }),
  enlarge: z
    .boolean()
    .optional()
    .meta({
      description: 'Let width and height make a picture larger than it is.',
      default: false,
      examples: [true],
    }),
  squarePixels: z
    .boolean()
    .optional()
    .meta({
      description: 'Turn pixels that are not square (DVD, DV) into square ones, at the same height.',
      default: false,
      examples: [true],
    }),
  crop: z
    .union([cropSchema, z.literal('auto')])
    .optional()
    .meta({
      description: 'Cut off the edges; `auto` finds black bars by looking at several places of the film.',
      examples: ['auto', { top: 140, bottom: 140 }],
    }),
  rotate: z
    .union([z.literal(90), z.literal(180), z.literal(270)])
    .optional()
    .meta({
      description: 'Turn clockwise, in degrees, beyond what the source itself says.',
      examples: [90],
    }),
  flip: z
    .enum(['horizontal', 'vertical'])
    .optional()
    .meta({
      description: 'Mirror the picture.',
      examples: ['horizontal'],
    }),
  deinterlace: z
    .enum(['auto', 'always', 'detelecine', 'never'])
    .optional()
    .meta({
      description:
        '`auto` treats frames that are marked as interlaced; `detelecine` brings film that was made into 29.97 fps back to 23.976.',
      default: 'auto',
      examples: ['always'],
    }),
  denoise: z
    .enum(strengths)
    .optional()
    .meta({ description: 'Take noise out.', examples: ['light'] }),
  sharpen: z
    .enum(strengths)
    .optional()
    .meta({ description: 'Sharpen edges.', examples: ['light'] }),
  brightness: z
    .number()
    .min(-1)
    .max(1)
    .optional()
    .meta({
      description: 'From -1 to 1.',
      default: 0,
      examples: [0.05],
    }),
  contrast: z
    .number()
    .min(0)
    .max(3)
    .optional()
    .meta({
      description: 'Factor from 0 to 3.',
      default: 1,
      examples: [1.1],
    }),
  saturation: z
    .number()
    .min(0)
    .max(3)
    .optional()
    .meta({
      description: 'Factor from 0, grey, to 3.',
      default: 1,
      examples: [1.2],
    }),
  lut: assetOf('cube')
    .optional()
    .meta({
      description: 'A 3D colour table (.cube) in the folder of the source or below.',
      examples: ['look.cube'],
    }),
  watermark: watermarkSchema.optional().meta({
    description: 'A picture over the picture.',
    examples: [{ file: 'logo.png', position: 'top-right' }],
  }),
  burnSubtitles: burnSubtitlesSchema.optional().meta({
    description: 'Subtitles that become part of the picture.',
    examples: [{ language: 'eng' }, { file: '${fileBasenameNoExtension}.srt' }],
  }),
  dynamicRange: z
    .enum(['keep', 'sdr'])
    .optional()
    .meta({
      description:
        '`sdr` makes an HDR picture fit for ordinary screens (tone mapping); others stay as they are.',
      default: 'keep',
      examples: ['sdr'],
    }),
  loop: z
    .int()
    .min(0)
    .max(1000)
    .optional()
    .meta({
      description: 'For a gif: how often it is played; 0 is for ever.',
      default: 0,
      examples: [1],
    }),
});

/** Ways to say how well the picture is compressed: one at a time. */
export const rateControls = ['crf', 'bitrate', 'targetSize', 'targetQuality'] as const;

export type VideoPreset = z.output<typeof videoSchema>;
