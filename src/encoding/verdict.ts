import * as z from 'zod';

/** What of the content of a source its result can lack. */
export const losses = [
  ...['picture', 'sound', 'channels', 'subtitles', 'transparency', 'dynamic-range', 'stereo-3d'],
  'spherical',
  ...['chapters', 'cover', 'attachments', 'data', 'tags'],
] as const;

export const findingSchema = z.object({
  /**
   * `note`: left out or changed as planned, worth knowing (subtitles); `warn`: a person should look;
   * `fail`: not the result that was asked for.
   */
  level: z.enum(['note', 'warn', 'fail']),
  /** One sentence with its numbers, for a person. */
  message: z.string(),
  /** Something of the source that is not in the result: then the one does not stand for the other. */
  loses: z.enum(losses).optional(),
});

export const verdictSchema = z.object({
  /** The worst of the findings; notes leave it at `pass`. */
  level: z.enum(['pass', 'warn', 'fail']),
  findings: z.array(findingSchema),
});

export type Loss = (typeof losses)[number];
export type Finding = z.output<typeof findingSchema>;
export type Verdict = z.output<typeof verdictSchema>;
