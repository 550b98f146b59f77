import * as z from 'zod';
import { identityRoles } from './handshake.ts';
import { idSchema } from './model.ts';

/** `192.0.2.0/24`, `2001:db8::/32`, or one address. Whether it is one is asked where it is taken. */
export const addressRangeSchema = z.string().regex(/^[0-9a-fA-F:.]{2,45}(\/\d{1,3})?$/);

/** Ranges of one identity, at most. */
export const maxRanges = 64;

/** What a person calls a machine or an account; shown, never compared. */
export const identityNameSchema = z
  .string()
  .min(1)
  .max(120)
  .refine((name) => !/\p{Cc}/u.test(name), { message: 'A name has no control characters.' });

/** Who may open a channel, and as what. Its key is told once, when it is made. */
export const identitySchema = z.object({
  id: idSchema,
  name: identityNameSchema,
  role: z.enum(identityRoles),
  /** From where it may come; none: from everywhere. */
  ranges: z.array(addressRangeSchema).max(maxRanges),
  /** Refused like one that is unknown, until it is enabled again. */
  disabled: z.boolean(),
  createdAt: z.number(),
  /** To the minute; missing: never. */
  lastSeenAt: z.number().optional(),
});

export type Identity = z.output<typeof identitySchema>;
export type IdentityRole = Identity['role'];
