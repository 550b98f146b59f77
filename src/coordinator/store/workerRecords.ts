import * as z from 'zod';
import { identityNameSchema } from '../../protocol/identity.ts';
import { pinSchema } from '../../protocol/pin.ts';
import { idSchema, labelsSchema, workerDescriptionSchema } from '../../protocol/model.ts';

/** A worker that is known, whether it is connected or not. */
export const workerRecordSchema = z.object({
  id: idSchema,
  /** A person wants it to be given nothing more. */
  drained: z.boolean(),
  /** What people call it here; missing: what it calls itself. */
  name: identityNameSchema.optional(),
  /** Those that were given to it here, beside its own. */
  labels: labelsSchema,
  /** As it was last; missing: it has not connected since this is kept. */
  description: workerDescriptionSchema.optional(),
  /** Where this daemon dials it; missing: it comes by itself. */
  dial: z.object({ url: z.string(), pin: pinSchema.optional(), as: idSchema.optional() }).optional(),
  /** When it was connected last, milliseconds since the epoch. */
  lastSeenAt: z.number().optional(),
});

export type WorkerRecord = z.output<typeof workerRecordSchema>;
