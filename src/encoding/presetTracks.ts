import * as z from 'zod';
import { audioEncoders } from './presetNames.ts';
import { bitrateSchema } from './presetValues.ts';

/** The parts of a preset for sound and subtitles: what becomes of each track. */

const language = z.string().regex(/^[a-z]{2,3}$/, { message: 'A language has 2 or 3 letters, such as eng.' });

const trackConditionSchema = z.strictObject({
  number: z
    .int()
    .min(1)
    .max(99)
    .optional()
    .meta({
      description: 'The track with this number among its kind, from 1.',
      examples: [1],
    }),
  language: z
    .array(language)
    .min(1)
    .optional()
    .meta({
      description: 'Tracks of these languages; `und` means those without one.',
      examples: [['eng', 'deu']],
    }),
  codec: z
    .array(z.string().regex(/^[a-z0-9_]{1,40}$/))
    .min(1)
    .optional()
    .meta({
      description: 'Tracks of these codecs, by ffmpeg’s names.',
      examples: [['aac', 'ac3']],
    }),
  default: z
    .boolean()
    .optional()
    .meta({ description: 'Tracks that are (not) the default.', examples: [true] }),
  forced: z
    .boolean()
    .optional()
    .meta({ description: 'Tracks that are (not) forced.', examples: [true] }),
  commentary: z
    .boolean()
    .optional()
    .meta({
      description: 'Tracks that are (not) a commentary, by their mark or title.',
      examples: [true],
    }),
});

const dispositions = {
  default: z
    .boolean()
    .optional()
    .meta({
      description: 'Mark the track as the one that plays by default.',
      examples: [true],
    }),
  forced: z
    .boolean()
    .optional()
    .meta({ description: 'Mark the track as forced.', examples: [false] }),
  title: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Title of the track.', examples: ['Stereo'] }),
};

const audioConditionSchema = trackConditionSchema.extend({
  channelsAbove: z
    .int()
    .min(0)
    .max(63)
    .optional()
    .meta({
      description: 'Tracks with more channels than this.',
      examples: [2],
    }),
});

const audioSettings = {
  encoder: z
    .enum(audioEncoders)
    .optional()
    .meta({
      description: 'Encoder of the sound.',
      examples: ['aac'],
    }),
  bitrate: bitrateSchema.optional().meta({
    description:
      'Bit rate of each track, such as `160k`. Without it a usual one for the encoder and the number of channels; FLAC has none.',
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
};

const audioRuleSchema = z.strictObject({
  when: audioConditionSchema.optional().meta({
    description: 'Which tracks; without it all that no rule before has taken.',
    examples: [{ language: ['eng'] }],
  }),
  do: z.enum(['encode', 'copy', 'keep', 'drop']).meta({
    description:
      '`copy` leaves it as it is; `keep` copies where the container can hold it and encodes otherwise.',
    examples: ['copy'],
  }),
  ...audioSettings,
  ...dispositions,
});

export const audioSchema = z.strictObject({
  ...audioSettings,
  sampleRate: z
    .union([z.literal(32000), z.literal(44100), z.literal(48000), z.literal(96000)])
    .optional()
    .meta({
      description: 'Samples per second; without it the source’s, where the encoder takes it.',
      examples: [48000],
    }),
  loudness: z
    .number()
    .min(-40)
    .max(-5)
    .optional()
    .meta({
      description:
        'Bring every encoded track to this loudness, measured first over the whole track (EBU R 128). In LUFS: -23 for broadcast, -16 for the web.',
      examples: [-16],
    }),
  tracks: z
    .union([z.enum(['default', 'all']), z.array(audioRuleSchema).min(1).max(32)])
    .optional()
    .meta({
      description:
        'Which tracks: `default`, `all`, or rules of which the first that fits a track decides; a track that none fits is left out. Without it Matroska and mov keep all, the other containers the default one.',
      examples: ['all', [{ when: { language: ['eng'] }, do: 'keep' }]],
    }),
});

const subtitleRuleSchema = z.strictObject({
  when: trackConditionSchema.optional().meta({
    description: 'Which tracks; without it all that no rule before has taken.',
    examples: [{ language: ['eng'] }],
  }),
  do: z.enum(['keep', 'drop']).meta({
    description: '`keep` copies, or converts one kind of text into another.',
    examples: ['keep'],
  }),
  ...dispositions,
});

export const subtitlesSchema = z.strictObject({
  tracks: z
    .union([z.enum(['possible', 'all']), z.array(subtitleRuleSchema).min(1).max(32)])
    .optional()
    .meta({
      description:
        'Which tracks: `possible` are those that the container can hold, `all` refuses the job if one cannot be kept; or rules, of which the first that fits a track decides.',
      default: 'possible',
      examples: ['all', [{ when: { language: ['eng'] }, do: 'keep', default: true }]],
    }),
});

export type AudioPreset = z.output<typeof audioSchema>;
export type AudioRule = z.output<typeof audioRuleSchema>;
export type AudioCondition = z.output<typeof audioConditionSchema>;
export type TrackCondition = z.output<typeof trackConditionSchema>;
export type SubtitlesPreset = z.output<typeof subtitlesSchema>;
export type SubtitleRule = z.output<typeof subtitleRuleSchema>;
