import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomic } from '../files/atomicWrite.ts';
import { errnoCode } from '../files/errnoCode.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { identitySchema } from '../protocol/identity.ts';
import { pinSchema } from '../protocol/pin.ts';

/** Where this machine is a worker, and with which key. */
export const membershipSchema = z.object({
  url: z.string(),
  pin: pinSchema.optional(),
  id: identitySchema.shape.id,
  key: z.string().min(1),
  name: z.string(),
});

export type Membership = z.output<typeof membershipSchema>;

/** Undefined where this machine was never paired. Throws `keys-unreadable` where the file cannot be used. */
export async function readMembership(file: string): Promise<Membership | undefined> {
  try {
    return membershipSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return undefined;
    throw new DffmpegError(
      'keys-unreadable',
      `${file}, which says where this machine is a worker, cannot be read.`,
      {
        hint: 'Delete it, and pair this machine again with: dffmpeg worker pair, on the other one.',
        cause: error,
      },
    );
  }
}

/** Nobody but its owner may read it. */
export async function writeMembership(file: string, membership: Membership): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(membership, undefined, 2)}\n`, { mode: 0o600 });
}
