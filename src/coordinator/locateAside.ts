import { DffmpegError } from '../protocol/errors.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import { replacingRequest } from './replacementChanges.ts';
import type { JobRecord, ReplacementRecord } from './store/records.ts';

/**
 * Where the source of a job lies that has replaced nothing as far as is known: it may lie aside all the same, by a
 * replacement whose end nobody has heard of. Throws `conflict` where it does not.
 */
export async function locateAside(
  { peer }: ConnectedWorker,
  job: JobRecord,
  replacement: ReplacementRecord,
  options: { readonly signal: AbortSignal },
): Promise<string> {
  const asked = replacingRequest(job, replacement);
  const { aside, isHome } = await peer.request('source.locate', asked, options);
  if (aside !== undefined) return aside;
  if (isHome)
    throw new DffmpegError('conflict', `Job ${job.id} has replaced nothing: its source lies where it was.`);
  throw new DffmpegError(
    'conflict',
    `Job ${job.id} has replaced nothing, and ${asked.source.path} is not the file that it encoded.`,
    { hint: 'Somebody else has moved it, deleted it or written to it, or its disk is not there.' },
  );
}

/**
 * Where the source of a job lies whose replacement was undone: its second name may be left, and a queue of yesterday that was put
 * back does not know that it was replaced once more. Undefined where nothing lies aside, or nobody can look.
 */
export async function stillAside(
  worker: () => ConnectedWorker,
  job: JobRecord,
  replacement: ReplacementRecord,
  options: { readonly signal: AbortSignal },
): Promise<string | undefined> {
  try {
    return replacement.aside ?? (await locateAside(worker(), job, replacement, options));
  } catch (error) {
    if (error instanceof DffmpegError) return undefined;
    throw error;
  }
}
