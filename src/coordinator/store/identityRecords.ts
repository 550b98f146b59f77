import * as z from 'zod';
import { identitySchema } from '../../protocol/identity.ts';

/** Who may connect, with its key as `sealKey` has made it. */
export const identityRecordSchema = identitySchema.extend({ sealedKey: z.string().min(1).max(1024) });

export type IdentityRecord = z.output<typeof identityRecordSchema>;
