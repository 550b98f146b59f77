import * as z from 'zod';
import type { MethodTable } from './contract.ts';
import { identityNameSchema, identitySchema } from './identity.ts';

/** 32 bytes, base64url. */
const bytesSchema = z.string().regex(/^[\w-]{43}$/);

/** Which identities a code may make. `coordinator`: whose worker the machine that shows the code is from then on. */
export const pairedRoles = ['worker', 'client', 'coordinator'] as const;
export type PairedRole = (typeof pairedRoles)[number];

/**
 * What one may ask who has shown a pairing code: to become an identity. The key is agreed on (X25519), bound to the code, the
 * listener's certificate and everything that was said, and never travels.
 */
export const pairingMethods = {
  'pairing.begin': {
    doc: 'Names the machine, and gives the public half of a key share. The answer has the other half and a proof that whoever answers has the code.',
    params: z.object({ name: identityNameSchema, publicKey: bytesSchema }),
    result: z.object({
      id: identitySchema.shape.id,
      role: z.enum(pairedRoles),
      publicKey: bytesSchema,
      proof: bytesSchema,
    }),
  },
  'pairing.finish': {
    doc: 'Proves the same of the asker. Stores the identity, synced to disk, uses the code up, and answers.',
    params: z.object({ proof: bytesSchema }),
    result: z.object({}),
  },
} as const satisfies MethodTable;

export type PairingMethods = typeof pairingMethods;
