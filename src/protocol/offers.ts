import * as z from 'zod';
import { assetSchema } from '../encoding/presetValues.ts';
import { nanosecondsSchema, sourceStateSchema } from './fileState.ts';
import { errorDataSchema, pathSchema } from './model.ts';
import { mountedFileSchema } from './mounts.ts';

/** What one machine offers another to be fetched, see `rangeMessages.ts`. */

/** As `OfferedFiles` gives them out. */
export const ticketSchema = z.string().regex(/^[0-9A-Za-z_-]{43}$/);

/** A source as a worker on another machine fetches it. */
export const offeredSourceSchema = sourceStateSchema.extend({
  path: pathSchema,
  ticket: ticketSchema,
  /** Where it lies in a folder that other machines may see, too: who does need not fetch it. */
  mounted: mountedFileSchema.optional(),
});

/** A file that a preset names, as it names it (`presetAssets.ts`), in the state in which it is offered; or why it is not. */
export const offeredAssetSchema = z.union([
  sourceStateSchema.extend({ asset: assetSchema, ticket: ticketSchema }),
  z.object({ asset: assetSchema, error: errorDataSchema }),
]);

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
        modified: nanosecondsSchema,
        ticket: ticketSchema,
      }),
    )
    .max(maxResultFiles),
});

export type OfferedResult = z.output<typeof offeredResultSchema>;
export type OfferedAsset = z.output<typeof offeredAssetSchema>;
export type OfferedSource = z.output<typeof offeredSourceSchema>;
