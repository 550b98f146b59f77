import { stat } from 'node:fs/promises';
import * as z from 'zod';

/** What tells a folder from the one that is under its path when its disk is away, or another is mounted there. */
export const folderIdentitySchema = z.object({
  dev: z.string(),
  ino: z.string(),
  /** When it was made, in nanoseconds since the epoch; `0` where its file system does not know. */
  born: z.string().default('0'),
});
export type FolderIdentity = z.output<typeof folderIdentitySchema>;

/** Links are followed. Throws the `errno` error of a folder that is not there. */
export async function folderIdentity(folder: string): Promise<FolderIdentity> {
  const { dev, ino, birthtimeNs } = await stat(folder, { bigint: true });
  return { dev: String(dev), ino: String(ino), born: String(birthtimeNs) };
}

/**
 * Whether they are one folder for certain. A device number is given to another disk when the first one goes, and the
 * root folder of every disk of a kind has one inode: only together with the time at which it was made do they say so.
 */
export function isSurelySame(a: FolderIdentity, b: FolderIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.born === b.born && BigInt(a.born) > 0n;
}
