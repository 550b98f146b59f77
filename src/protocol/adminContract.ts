import * as z from 'zod';
import type { MethodTable } from './contract.ts';
import { addressRangeSchema, identityNameSchema, identitySchema, maxRanges } from './identity.ts';
import { invitationKinds } from './invitation.ts';
import { idSchema, workerSchema } from './model.ts';
import { pinSchema } from './pin.ts';

const rangesSchema = z.array(addressRangeSchema).max(maxRanges);
const keySchema = z.string();

/** Who may connect to this coordinator: for its admin. */
export const adminMethods = {
  'users.add': {
    doc: 'Makes an identity and its key, which is told this once.',
    params: z.object({
      id: idSchema,
      role: identitySchema.shape.role,
      ranges: rangesSchema.default([]),
    }),
    result: z.object({ user: identitySchema, key: keySchema }),
  },
  'users.list': {
    doc: 'All identities but the one of this machine, by id.',
    params: z.object({}),
    result: z.object({ users: z.array(identitySchema) }),
  },
  'users.get': {
    doc: 'One identity.',
    params: z.object({ id: idSchema }),
    result: z.object({ user: identitySchema }),
  },
  'users.rotateKey': {
    doc: 'Gives an identity another key, which is told this once; with the old one nobody comes in any more, and what was open is closed.',
    params: z.object({ id: idSchema }),
    result: z.object({ user: identitySchema, key: keySchema }),
  },
  'users.setScope': {
    doc: 'Changes from where an identity may come, or whether it may at all. What it had open is closed.',
    params: z.object({ id: idSchema, ranges: rangesSchema.optional(), disabled: z.boolean().optional() }),
    result: z.object({ user: identitySchema }),
  },
  'users.remove': {
    doc: 'Deletes an identity, and closes what it had open.',
    params: z.object({ id: idSchema }),
    result: z.object({ user: identitySchema }),
  },
  'workers.readLink': {
    doc: 'What a link of `dffmpeg worker run --listen` or `dffmpeg fleet invite` says, for a person to look at before it is used.',
    params: z.object({ link: z.string().max(1000), kind: z.enum(invitationKinds).default('worker') }),
    result: z.object({ name: z.string(), host: z.string(), fingerprint: z.string() }),
  },
  'workers.add': {
    doc: 'Makes the machine whose link this is a worker, and connects to it whenever it is not: that machine listens, and this daemon dials. `code`, `pin` and address are in the link, which `dffmpeg worker run --listen` shows there.',
    params: z.object({ link: z.string().max(1000) }),
    result: z.object({ id: idSchema, name: z.string() }),
  },
  'fleet.connect': {
    doc: 'Makes all workers of another daemon one worker of this one, which connects to it whenever it is not; by the link that `dffmpeg fleet invite` shows there, by what is in it, or as an identity with the role `client` that was added there. `code`: made there by `pairing.create` with that role.',
    params: z.object({
      to: z.union([
        z.object({ link: z.string().max(1000) }),
        z.object({ url: z.string().max(1000), pin: pinSchema.optional(), code: z.string().max(100) }),
        z.object({
          url: z.string().max(1000),
          pin: pinSchema.optional(),
          /** Who this machine is there, with the key that `users.add` told. */
          id: idSchema,
          key: z.string().min(1).max(1000),
        }),
      ]),
      /** What people call it here; what it calls itself without it. */
      name: identityNameSchema.optional(),
    }),
    result: z.object({ id: idSchema, name: z.string() }),
  },
  'workers.remove': {
    doc: 'Deletes the identity of a worker, and forgets it; what it runs goes back to the queue. By id or name.',
    params: z.object({ worker: z.string() }),
    result: z.object({ worker: workerSchema }),
  },
  'keys.reencrypt': {
    doc: 'Seals the stored keys of all identities with a new key file; they stay what they are.',
    params: z.object({}),
    result: z.object({ count: z.int() }),
  },
  'pairing.create': {
    doc: 'A code with which one machine becomes an identity of this role, once and soon. `reach`: where from another machine, the pin of what answers there, and `install`, the line that makes a machine a worker which has no DFFmpeg yet.',
    params: z.object({ role: z.enum(['worker', 'client']).default('worker') }),
    result: z.object({
      code: z.string(),
      expiresAt: z.number(),
      reach: z
        .object({ url: z.string(), fingerprint: z.string(), install: z.string().optional() })
        .optional(),
    }),
  },
} as const satisfies MethodTable;
