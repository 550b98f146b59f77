import { DffmpegError, errorTable, toDffmpegError, type ErrorCode } from '../protocol/errors.ts';
import type { FetchedSources } from './remoteFiles.ts';
import { TaskFailure } from './task.ts';

/** What a network drive that goes away while ffmpeg reads from it may look like, beside all that is said of a source. */
const mayBeItsFault = new Set<ErrorCode>(['ffmpeg-failed', 'ffmpeg-killed', 'result-damaged']);

/**
 * A source that was opened in a mount is not given up for what may be the mount’s fault: it is tried again, fetched, and what
 * is wrong then is its own. Returns the error that the attempt ends with.
 */
export function blameMount(
  thrown: unknown,
  { mounted, distrustMounted }: Pick<FetchedSources, 'mounted' | 'distrustMounted'>,
): unknown {
  const [first] = mounted;
  const known = thrown instanceof TaskFailure ? thrown : undefined;
  const cause = known?.error ?? toDffmpegError(thrown, 'ffmpeg-failed');
  if (!first || !(errorTable[cause.code] === 'source' || mayBeItsFault.has(cause.code))) return thrown;
  distrustMounted();
  const error = new DffmpegError(
    'mount-unavailable',
    `The encode of ${first.path}, opened where it lies, has failed: ${cause.message}`,
    { hint: 'It is tried again with a copy that is fetched.', cause: thrown },
  );
  return new TaskFailure(error, { exit: known?.exit });
}
