import { open } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomic } from '../../files/atomicWrite.ts';
import { errnoCode } from '../../files/errnoCode.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import type { SealingKey } from './sealedKey.ts';

const fileSchema = z.object({
  /** The first seals; the others are there while what they have sealed is sealed anew. */
  keys: z
    .array(z.object({ name: z.string().regex(/^[0-9a-f]{12}$/), key: z.string().regex(/^[\w-]{43}$/) }))
    .min(1),
});

/** Bytes; a key takes less than a hundred. */
const maxFileBytes = 64 * 1024;

/** Undefined: there is none. Throws `keys-unreadable` for one that is no key file, or no secret any more. */
export async function readKeyFile(file: string): Promise<SealingKey[] | undefined> {
  try {
    const text = await readPrivately(file);
    if (text === undefined) return undefined;
    const { keys } = fileSchema.parse(JSON.parse(text));
    return keys.map(({ name, key }) => ({ name, key: Buffer.from(key, 'base64url') }));
  } catch (cause) {
    if (cause instanceof DffmpegError) throw cause;
    throw new DffmpegError('keys-unreadable', `${file} cannot be read as a key file.`, {
      hint: 'Put back the file that belongs to this queue, from a backup.',
      cause,
    });
  }
}

/** Whole or not at all, and for this account alone. */
export async function writeKeyFile(file: string, keys: readonly SealingKey[]): Promise<void> {
  const named = keys.map(({ name, key }) => ({ name, key: key.toString('base64url') }));
  await writeFileAtomic(file, `${JSON.stringify({ keys: named })}\n`, { mode: 0o600 });
}

async function readPrivately(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (errnoCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    // Asked of the open file, so that what is checked is what is read.
    const { mode, size } = await handle.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new DffmpegError('keys-unreadable', `${file} can be read by other accounts.`, {
        hint: `Type: chmod 600 '${file}'; then give the identities new keys, since somebody may have read theirs.`,
      });
    if (size > maxFileBytes) throw new Error('It is too large.');
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
