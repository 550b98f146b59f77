import * as z from 'zod';

/** What one machine offers another to be fetched, see `rangeMessages.ts`. */

/** As `OfferedFiles` gives them out. */
export const ticketSchema = z.string().regex(/^[0-9A-Za-z_-]{43}$/);

/** Files of one result that is a folder, at most: what names them travels in one frame. */
export const maxResultFiles = 20_000;

/** Relative, with `/` between folders, and never out of the folder: empty for a result that is one file. */
const memberNameSchema = z
  .string()
  .max(1024)
  .refine((name) => name === '' || name.split('/').every(isPlainName), {
    message: 'A name in a result stays in its folder.',
  });

function isPlainName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part);
}

export const offeredResultSchema = z.object({
  /** What the plan calls it. */
  name: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_-]*(?:\.[0-9A-Za-z]+)?$/),
  isFolder: z.boolean(),
  files: z
    .array(
      z.object({
        name: memberNameSchema,
        bytes: z.int().min(0),
        /** Nanoseconds since the epoch, as text. */
        modified: z.string().regex(/^-?\d+$/),
        ticket: ticketSchema,
      }),
    )
    .max(maxResultFiles),
});

export type OfferedResult = z.output<typeof offeredResultSchema>;
