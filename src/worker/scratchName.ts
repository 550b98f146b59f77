import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { isAnother, ownerOf, ownerSchema } from '../files/ownerOf.ts';
import { ownPrefix } from '../files/staging.ts';

const namePattern = new RegExp(`^\\${ownPrefix}scratch-[0-9a-f]{16}$`, 'u');

/** What is in the file, a line each: the name, and whose it is; earlier ones had the name alone. */
const linesSchema = z.tuple([z.string().regex(namePattern)], ownerSchema);

/** The hidden name that this worker has in folders that it shares, or undefined while it has none. */
function readScratchName(file: string): string | undefined {
  try {
    const [first = '', ...rest] = readFileSync(file, 'utf8').trim().split('\n');
    const [name, owner] = linesSchema.parse([first, ...rest.map((line): unknown => JSON.parse(line))]);
    // In a copy of a state folder: the first one's daemon may be at work under that name.
    return isAnother(owner, ownerOf(path.dirname(file))) ? undefined : name;
  } catch {
    return undefined;
  }
}

/**
 * As above; it is made once, by chance and not from the path of the state folder: that may be the same on another machine
 * or in another container. Where it cannot be kept it holds for this process, and `onError` is told.
 */
export function scratchName(file: string, onError: (error: unknown) => void): string {
  const kept = readScratchName(file);
  if (kept !== undefined) return kept;
  const name = `${ownPrefix}scratch-${randomBytes(8).toString('hex')}`;
  try {
    keep(file, name);
  } catch (error) {
    onError(error);
  }
  return name;
}

/** Whole or not at all. */
function keep(file: string, name: string): void {
  const unfinished = `${file}.tmp`;
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    const fd = openSync(unfinished, 'w');
    try {
      writeSync(fd, `${name}\n${JSON.stringify(ownerOf(path.dirname(file)))}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
