import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod';

/**
 * Whose a folder of the daemon's own is: what stands in a copy of it, made to work elsewhere, speaks of what is still the
 * first one's. `born`: when the folder was made, nanoseconds since the epoch, which no copy keeps; `0` where its file
 * system does not know.
 */
export const ownerSchema = z.object({ born: z.string(), machine: z.string().optional() });
export type Owner = z.output<typeof ownerSchema>;

export function ownerOf(folder: string): Owner {
  const { birthtimeNs } = statSync(folder, { bigint: true });
  return { born: String(birthtimeNs), machine: machine() };
}

/** Whether what `noted` wrote down is another daemon's for certain. */
export function isAnother(noted: Owner | undefined, now: Owner): boolean {
  if (!noted) return false;
  const isKnown = (born: string): boolean => BigInt(born) > 0n;
  if (isKnown(noted.born) && isKnown(now.born) && noted.born !== now.born) return true;
  return noted.machine !== undefined && now.machine !== undefined && noted.machine !== now.machine;
}

let known: { readonly machine: string | undefined } | undefined;

/** A disk that was cloned has all times of the first one. It is read once: each note asks for it. */
function machine(): string | undefined {
  known ??= { machine: readMachine() };
  return known.machine;
}

/** Not the name itself, which says too much. */
function readMachine(): string | undefined {
  try {
    const name = readFileSync('/etc/machine-id', 'utf8').trim();
    return /^[0-9a-f]{32}$/.test(name)
      ? createHash('sha256').update(`dffmpeg ${name}`).digest('hex').slice(0, 16)
      : undefined;
  } catch {
    return undefined;
  }
}
