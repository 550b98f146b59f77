import * as z from 'zod';

export const findingSchema = z.object({
  /**
   * `note`: left out or changed as planned, worth knowing (subtitles); `warn`: a person should look;
   * `fail`: not the result that was asked for.
   */
  level: z.enum(['note', 'warn', 'fail']),
  /** One sentence with its numbers, for a person. */
  message: z.string(),
});

export const verdictSchema = z.object({
  /** The worst of the findings; notes leave it at `pass`. */
  level: z.enum(['pass', 'warn', 'fail']),
  findings: z.array(findingSchema),
});

export type Finding = z.output<typeof findingSchema>;
export type Verdict = z.output<typeof verdictSchema>;
