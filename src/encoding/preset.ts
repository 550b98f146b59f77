import * as z from 'zod';

/**
 * The one schema of a preset: settings.json, config.jsonc, the job's snapshot and the arguments all read this.
 * Leaves carry the text that a person sees on hover. Fields are ffmpeg's own words where ffmpeg has one.
 */

export const videoEncoders = [
  'libx264', 'libx265', 'libsvtav1', 'libaom-av1', 'libvpx-vp9',
  'h264_nvenc', 'hevc_nvenc', 'av1_nvenc', 'h264_qsv', 'hevc_qsv', 'av1_qsv',
  'h264_videotoolbox', 'hevc_videotoolbox',
] as const; // prettier-ignore
export const audioEncoders = ['aac', 'libopus', 'libmp3lame', 'flac'] as const;
export const containers = ['mp4', 'mkv', 'webm', 'm4a', 'mp3', 'opus', 'flac'] as const;

export const pixelFormats = ['yuv420p', 'yuv420p10le'] as const;
export const speeds = ['fastest', 'fast', 'medium', 'slow', 'slowest'] as const;

export type PixelFormat = (typeof pixelFormats)[number];
export type Speed = (typeof speeds)[number];
export type VideoEncoder = (typeof videoEncoders)[number];
export type AudioEncoder = (typeof audioEncoders)[number];
export type Container = (typeof containers)[number];

export const videoSchema = z
  .strictObject({
    encoders: z
      .array(z.enum(videoEncoders))
      .min(1)
      .meta({
        description:
          'Encoders in order of preference; the first that a trial run proved on the worker is used.',
        examples: [['h264_nvenc', 'libx264']],
      }),
    crf: z
      .number()
      .min(0)
      .max(63)
      .optional()
      .meta({
        description:
          'Constant quality on the encoder’s own scale: lower is better and larger (H.264 18–28, AV1 24–40). Not together with `bitrate`. Without either, the encoder’s usual value.',
        examples: [22],
      }),
    bitrate: z
      .string()
      .regex(/^\d+(\.\d+)?[kM]$/)
      .optional()
      .meta({
        description: 'Average bit rate, such as `2500k` or `4M`. Not together with `crf`.',
        examples: ['2500k'],
      }),
    speed: z
      .enum(speeds)
      .optional()
      .meta({
        description: 'Time against size, mapped to each encoder’s own scale.',
        default: 'medium',
        examples: ['slow'],
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
    pixelFormat: z
      .enum(pixelFormats)
      .optional()
      .meta({
        description: '8-bit plays everywhere; 10-bit bands less.',
        default: 'yuv420p',
        examples: ['yuv420p10le'],
      }),
  })
  .refine((video) => video.crf === undefined || video.bitrate === undefined, {
    message: 'Use either crf or bitrate, not both.',
    path: ['bitrate'],
  });

export const audioSchema = z.strictObject({
  encoder: z.enum(audioEncoders).meta({
    description:
      'Encoder of the sound. Matroska keeps every audio track, the other containers the default one.',
    examples: ['aac'],
  }),
  bitrate: z
    .string()
    .regex(/^\d+(\.\d+)?k$/)
    .optional()
    .meta({
      description: 'Bit rate of each track, such as `160k`. Without it the encoder’s own; FLAC has none.',
      examples: ['160k'],
    }),
  maxChannels: z
    .int()
    .min(1)
    .max(8)
    .optional()
    .meta({
      description: 'Mix down to at most this many channels: 2 is stereo, 6 is 5.1.',
      examples: [2],
    }),
});

export const presetSchema = z
  .strictObject({
    description: z
      .string()
      .max(200)
      .optional()
      .meta({
        description: 'One line, shown when choosing a preset.',
        examples: ['H.264 up to 1080p in MP4: plays everywhere.'],
      }),
    container: z
      .enum(containers)
      .meta({ description: 'Container of the result; also its file extension.', examples: ['mp4'] }),
    video: z
      .union([videoSchema, z.literal(false)])
      .optional()
      .meta({
        description: 'How to encode the picture; `false` leaves it out.',
        examples: [{ encoders: ['libx264'], crf: 22 }, false],
      }),
    audio: z
      .union([audioSchema, z.literal(false)])
      .optional()
      .meta({
        description: 'How to encode the sound; `false` leaves it out.',
        examples: [{ encoder: 'aac', bitrate: '160k' }, false],
      }),
  })
  .refine((preset) => Boolean(preset.video) || Boolean(preset.audio), {
    message: 'A preset needs a video or an audio part.',
    path: ['video'],
  });

export type VideoPreset = z.output<typeof videoSchema>;
export type AudioPreset = z.output<typeof audioSchema>;
export type Preset = z.output<typeof presetSchema>;

/** Names of presets are typed on a command line and stand in file names. */
export const presetNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, {
  message: 'A preset name has 1 to 40 letters, digits, - or _ and begins with a letter or digit.',
});
