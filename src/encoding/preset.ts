import * as z from 'zod';

/**
 * The one schema of a preset: settings.json, config.jsonc, the job's snapshot and the arguments all read this.
 * Leaves carry the text that a person sees on hover. Fields are ffmpeg's own words where ffmpeg has one.
 */

export const videoEncoders = [
  'libx264', 'libx265', 'libsvtav1', 'libaom-av1', 'libvpx-vp9',
  'h264_nvenc', 'hevc_nvenc', 'av1_nvenc', 'h264_qsv', 'hevc_qsv', 'av1_qsv',
  'h264_vaapi', 'hevc_vaapi', 'h264_videotoolbox', 'hevc_videotoolbox',
] as const; // prettier-ignore
export const audioEncoders = ['aac', 'libopus', 'libmp3lame', 'flac'] as const;
export const containers = ['mp4', 'mkv', 'webm', 'm4a', 'mp3', 'opus', 'flac'] as const;

export type VideoEncoder = (typeof videoEncoders)[number];
export type AudioEncoder = (typeof audioEncoders)[number];
export type Container = (typeof containers)[number];

export const videoSchema = z
  .strictObject({
    encoders: z
      .array(z.enum(videoEncoders))
      .min(1)
      .describe('Encoders in order of preference; the first that a trial run proved on the worker is used.'),
    crf: z
      .number()
      .min(0)
      .max(63)
      .optional()
      .describe('Constant quality: lower is better and larger (x264: 18–28). Not together with `bitrate`.'),
    bitrate: z
      .string()
      .regex(/^\d+(\.\d+)?[kM]$/)
      .optional()
      .describe('Average bit rate, such as `2500k` or `4M`. Not together with `crf`.'),
    speed: z
      .enum(['fastest', 'fast', 'medium', 'slow', 'slowest'])
      .optional()
      .describe('Time against size, mapped to each encoder’s own scale.'),
    maxHeight: z
      .int()
      .min(16)
      .max(8640)
      .optional()
      .describe('Scale down so that the picture is at most this tall; never up. In pixels.'),
    maxFrameRate: z
      .number()
      .min(1)
      .max(240)
      .optional()
      .describe('Drop frames above this rate. In frames per second.'),
    pixelFormat: z
      .enum(['yuv420p', 'yuv420p10le'])
      .optional()
      .describe('8-bit plays everywhere; 10-bit bands less.'),
  })
  .refine((video) => video.crf === undefined || video.bitrate === undefined, {
    message: 'Use either crf or bitrate, not both.',
    path: ['bitrate'],
  });

export const audioSchema = z.strictObject({
  encoder: z.enum(audioEncoders).describe('Encoder of every kept audio track.'),
  bitrate: z
    .string()
    .regex(/^\d+(\.\d+)?k$/)
    .optional()
    .describe('Bit rate a track, such as `160k`. Without it the encoder’s default.'),
  maxChannels: z.int().min(1).max(8).optional().describe('Mix down to at most this many channels.'),
});

export const presetSchema = z
  .strictObject({
    description: z.string().max(200).optional().describe('One line, shown when choosing a preset.'),
    container: z.enum(containers).describe('Container of the result; also its file extension.'),
    video: z
      .union([videoSchema, z.literal(false)])
      .optional()
      .describe('How to encode the picture; `false` leaves it out.'),
    audio: z
      .union([audioSchema, z.literal(false)])
      .optional()
      .describe('How to encode the sound; `false` leaves it out.'),
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
