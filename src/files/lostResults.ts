import path from 'node:path';
import { errnoCode } from './errnoCode.ts';
import type { PlacingFs } from './placingFs.ts';

/** What was put there: all files together, and what names it by its content where that is known. */
export interface EarlierResult {
  readonly output: number;
  readonly path: string;
  readonly bytes?: number | undefined;
  readonly content?: string | undefined;
}

/**
 * The outputs whose result is not there any more, or is not what was put there. Where its folder cannot be reached, or its
 * disk does not answer, nothing is known of it: it counts as being there.
 */
export async function lostResults(results: readonly EarlierResult[], fs: PlacingFs): Promise<number[]> {
  const lost: number[] = [];
  for (const result of results) if (await isLost(result, fs)) lost.push(result.output);
  return lost;
}

async function isLost({ path: file, bytes, content }: EarlierResult, fs: PlacingFs): Promise<boolean> {
  try {
    if (!(await fs.leadsToFolder(path.dirname(file)))) return false;
    if (!(await fs.identity(file))) return true;
    if (bytes !== undefined && (await fs.bytes(file)) !== bytes) return true;
    return content !== undefined && !(await fs.isFolder(file)) && (await fs.content(file)) !== content;
  } catch (error) {
    // Deleted while it was looked at.
    return errnoCode(error) === 'ENOENT';
  }
}
