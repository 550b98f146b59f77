import { lstat } from 'node:fs/promises';
import { DffmpegError } from '../protocol/errors.ts';
import { toDestinationError } from './destinationError.ts';
import { isDiskAway } from './errnoCode.ts';
import type { Traces } from './traces.ts';

/**
 * That the disk on which a result is staged is away, or another one lies there: nothing that is seen there says anything
 * then. Undefined where it is there.
 */
export async function stagedAway(
  { staged, traces }: { readonly staged: string; readonly traces?: Traces | undefined },
  destination: string,
): Promise<DffmpegError | undefined> {
  try {
    await lstat(staged);
    return undefined;
  } catch (error) {
    const known = isDiskAway(error) ? toDestinationError(error, destination) : undefined;
    if (known instanceof DffmpegError) return known;
  }
  const folder = await traces?.awayFolder(staged);
  if (folder === undefined) return undefined;
  return new DffmpegError('destination-away', `The disk with the result for ${folder} is not there.`, {
    hint: 'Connect it again: then it goes on by itself.',
  });
}
