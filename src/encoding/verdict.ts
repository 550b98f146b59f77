import * as z from 'zod';

export const findingSchema = z.object({
  level: z.enum(['warn', 'fail']),
  /** One sentence with its numbers, for a person. */
  message: z.string(),
});

export const verdictSchema = z.object({
  level: z.enum(['pass', 'warn', 'fail']),
  findings: z.array(findingSchema),
});

export type Finding = z.output<typeof findingSchema>;
export type Verdict = z.output<typeof verdictSchema>;
