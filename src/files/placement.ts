import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import type { PlacingFs } from './placingFs.ts';
import { stagingKey } from './staging.ts';
import type { Traces } from './traces.ts';

/** A result that is to get its name. */
export interface Placement {
  /** The complete, verified result: a file or a folder. */
  staged: string;
  /** The granted final path. */
  path: string;
  /** What was verified, where that is known: nothing else gets the name. */
  identity?: FileIdentity | undefined;
  /** Of it. */
  bytes?: number | undefined;
  /** The worker's own folder for placement records. */
  recordDir: string;
  /** Names its record and its copy; by default the attempt's, from where the result is staged. */
  key?: string;
  /** Somebody else is to have its old name: throws `conflict` where that cannot be removed. */
  mustLeave?: boolean;
  /** Notes a copy in the destination before it is made. */
  traces?: Traces | undefined;
  /** Throws where the destination is no place for a result, see `requireForeign`. */
  requireForeign?: ((folder: string) => Promise<void>) | undefined;
  fs?: PlacingFs;
}

/** What a placement's record and copy are named by. */
export function keyOf({ key, staged }: Pick<Placement, 'key' | 'staged'>): string {
  return key ?? stagingKey(staged);
}

export function notVerified(staged: string): DffmpegError {
  return new DffmpegError('result-damaged', `${staged} is not the result any more that was verified.`, {
    hint: 'It is made again. See whether another program, or a second DFFmpeg, works in that folder.',
  });
}
