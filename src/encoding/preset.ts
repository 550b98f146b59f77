import * as z from 'zod';
import { audioSchema, subtitlesSchema } from './presetTracks.ts';
import { containers } from './presetNames.ts';
import { contactSheetSchema, ladderSchema, stillSchema } from './presetKinds.ts';
import { timeSchema } from './presetValues.ts';
import { videoSchema } from './presetVideo.ts';

/**
 * The one schema of a preset: settings.json, `*.dffmpeg-presets.json`, config.jsonc, the job's snapshot and the
 * arguments all read this. Leaves carry the text that a person sees on hover. Fields are ffmpeg's own words where
 * ffmpeg has one. Everything is optional here, since a preset may inherit it: `resolvePreset` (presetResolve.ts)
 * follows `extends` and says what is still missing.
 */

/** Names of presets and outputs are typed on a command line and stand in file names. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

export const presetNameSchema = z.string().regex(namePattern, {
  message: 'A preset name has 1 to 40 letters, digits, - or _ and begins with a letter or digit.',
});

export const outputNameSchema = z.string().regex(namePattern, {
  message: 'The name of an output has 1 to 40 letters, digits, - or _ and begins with a letter or digit.',
});

const trimSchema = z
  .strictObject({
    start: timeSchema.optional().meta({
      description: 'Where the result begins, in seconds or as `[hours:]minutes:seconds`.',
      examples: [12.5, '1:30'],
    }),
    end: timeSchema.optional().meta({
      description:
        'Where the result ends, counted from the source’s beginning. Not together with `duration`.',
      examples: ['2:00'],
    }),
    duration: timeSchema.optional().meta({
      description: 'How long the result lasts. Not together with `end`.',
      examples: [30],
    }),
  })
  .refine((trim) => trim.end === undefined || trim.duration === undefined, {
    message: 'Use either end or duration, not both.',
    path: ['duration'],
  });

const metadataSchema = z.strictObject({
  keep: z
    .boolean()
    .optional()
    .meta({
      description: 'Keep the source’s tags (title, artist, date, …).',
      default: true,
      examples: [false],
    }),
  set: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/), z.string().max(1000))
    .optional()
    .meta({
      description: 'Tags to write, by name; an empty text removes one.',
      examples: [{ title: 'My film' }],
    }),
});

/** What one result is. */
const outputFields = {
  container: z
    .enum(containers)
    .optional()
    .meta({
      description:
        'Container of the result; also its file extension. A still image (`jpg`), `gif`, or a folder to stream from (`hls`, `dash`) is chosen here too.',
      examples: ['mp4'],
    }),
  video: z
    .union([videoSchema, z.literal(false)])
    .optional()
    .meta({
      description:
        'How to encode the picture; `false` leaves it out. Without it: as is usual for the container.',
      examples: [{ encoders: ['libx264'], crf: 22 }, false],
    }),
  audio: z
    .union([audioSchema, z.literal(false)])
    .optional()
    .meta({
      description:
        'How to encode the sound; `false` leaves it out. Without it: as is usual for the container.',
      examples: [{ encoder: 'aac', bitrate: '160k' }, false],
    }),
  subtitles: z
    .union([subtitlesSchema, z.literal(false)])
    .optional()
    .meta({
      description:
        'Which subtitle tracks to keep; `false` leaves all out. Without it: all that the container can hold.',
      examples: [{ tracks: 'all' }, false],
    }),
  still: stillSchema.optional().meta({
    description: 'For a still image: which frame.',
    examples: [{ at: '10%' }],
  }),
  contactSheet: contactSheetSchema.optional().meta({
    description: 'For a still image: many frames, evenly spread over the film, in a grid.',
    examples: [{ columns: 4, rows: 4 }],
  }),
  ladder: ladderSchema.optional().meta({
    description: 'For the containers `hls` and `dash`: the sizes to offer.',
    examples: [
      {
        rungs: [
          { height: 1080, bitrate: '5M' },
          { height: 480, bitrate: '1200k' },
        ],
      },
    ],
  }),
  trim: trimSchema.optional().meta({
    description: 'Encode a part only.',
    examples: [{ start: '0:10', duration: 30 }],
  }),
  metadata: metadataSchema.optional().meta({
    description: 'Tags of the file.',
    examples: [{ set: { title: 'My film' } }],
  }),
  chapters: z
    .boolean()
    .optional()
    .meta({
      description: 'Keep chapters where the container has them.',
      default: true,
      examples: [false],
    }),
  attachments: z
    .boolean()
    .optional()
    .meta({
      description: 'Keep attached files such as the fonts of subtitles, in the container mkv.',
      default: true,
      examples: [false],
    }),
  coverArt: z
    .boolean()
    .optional()
    .meta({
      description: 'Keep the cover picture where the container has a place for one.',
      default: true,
      examples: [false],
    }),
  fastStart: z
    .boolean()
    .optional()
    .meta({
      description: 'Put the index of an mp4, mov or m4a first, so that it plays before it is there whole.',
      default: true,
      examples: [false],
    }),
  minimumGain: z
    .number()
    .min(0)
    .max(99)
    .optional()
    .meta({
      description:
        'Keep the result only if it is smaller than its source by at least so many percent; otherwise the job ends without a result and says so.',
      examples: [10],
    }),
  verify: z
    .enum(['end', 'whole'])
    .optional()
    .meta({
      description:
        'How much of the result is decoded once it is there: its end, which takes a moment, or all of it, which finds any byte that was written wrongly and takes a part of the encode’s time again.',
      default: 'end',
      examples: ['whole'],
    }),
  extraArguments: z
    .array(z.string().max(2000))
    .max(64)
    .optional()
    .meta({
      description:
        'Further ffmpeg arguments of the result, one array element each, from a list of options that touch no other file.',
      examples: [['-x264-params', 'aq-mode=3']],
    }),
};

const conditionSchema = z.strictObject({
  tallerThan: z
    .int()
    .min(1)
    .max(16384)
    .optional()
    .meta({
      description: 'Only if the picture, as it is seen, is taller than so many pixels.',
      examples: [1080],
    }),
  shorterThan: z
    .int()
    .min(1)
    .max(16384)
    .optional()
    .meta({
      description: 'Only if the picture, as it is seen, is less tall than so many pixels.',
      examples: [720],
    }),
  longerThan: timeSchema.optional().meta({
    description: 'Only if the source lasts longer.',
    examples: ['1:00'],
  }),
  hdr: z
    .boolean()
    .optional()
    .meta({
      description: 'Only if the source is (`true`) or is not (`false`) HDR.',
      examples: [true],
    }),
  channelsAbove: z
    .int()
    .min(0)
    .max(63)
    .optional()
    .meta({
      description: 'Only if a sound track has more channels than this; 0: only if there is sound.',
      examples: [2],
    }),
});

const namedOutputSchema = z.strictObject({
  ...outputFields,
  when: conditionSchema.optional().meta({
    description: 'Make this output only if all of this holds.',
    examples: [{ tallerThan: 1080 }],
  }),
  file: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .meta({
      description: 'Template of this output’s path; without it the name of the output is part of the file’s.',
      examples: ['${fileDirname}/${fileBasenameNoExtension}.${output}.${ext}'],
    }),
});

export const presetSchema = z.strictObject({
  extends: presetNameSchema.optional().meta({
    description: 'Another preset to begin with: what is said here replaces what is said there.',
    examples: ['web'],
  }),
  description: z
    .string()
    .max(200)
    .optional()
    .meta({
      description: 'One line, shown when choosing a preset.',
      examples: ['H.264 up to 1080p in MP4: plays everywhere.'],
    }),
  ...outputFields,
  outputs: z
    .record(outputNameSchema, namedOutputSchema)
    .optional()
    .meta({
      description:
        'Several results of one source, by name. Each begins with what the preset itself says and may say otherwise.',
      examples: [{ hd: { video: { maxHeight: 1080 } }, poster: { container: 'jpg' } }],
    }),
});

/** As a person writes it, inheritance and all. */
export type PresetSource = z.output<typeof presetSchema>;
/** Resolved: nothing is inherited any more, and each output has a container. What travels in a job. */
export type Preset = Omit<PresetSource, 'extends'>;
export type Trim = z.output<typeof trimSchema>;
export type Condition = z.output<typeof conditionSchema>;
export type NamedOutput = z.output<typeof namedOutputSchema>;
