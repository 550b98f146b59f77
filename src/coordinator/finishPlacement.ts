import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import type { Attempts } from './attempts.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import type { JobBook } from './jobBook.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { AttemptKey, Placement } from './store/records.ts';

export interface FinishPlacementParts {
  readonly book: JobBook;
  readonly attempts: Attempts;
  readonly settings: Pick<QueueSettings, 'recoveryTimeoutMs'>;
}

export type PlacementEnd =
  | {
      readonly outcome: 'placed';
      readonly placement: Placement;
      readonly identity: FileIdentity | undefined;
      readonly modified: string | undefined;
    }
  /** Nothing lies under the granted name, nor where the result was staged. */
  | { readonly outcome: 'gone' }
  /** Nothing is granted any more. */
  | { readonly outcome: 'none' };

/**
 * Gives a granted result its name, by whoever has it on its machine; for the next one where that is taken, and in another folder
 * where a person has chosen one. Throws a `destination-…` error, which its job then tells, where it cannot have one now.
 */
export async function finishPlacement(
  { book, attempts, settings }: FinishPlacementParts,
  placer: Pick<ConnectedWorker, 'peer'>,
  attempt: AttemptKey & { readonly jobId: string },
): Promise<PlacementEnd> {
  for (;;) {
    const { placement, outputs } = (await book.get(attempt.jobId)).job;
    if (placement?.fence !== attempt.fence) return { outcome: 'none' };
    const { staged, identity, path } = placement;
    const options = { timeoutMs: settings.recoveryTimeoutMs };
    const answer = await placer.peer
      .request('placement.recover', { staged, identity, path }, options)
      .catch(toDffmpegError);
    if (answer instanceof DffmpegError) {
      if (answer.class !== 'destination') throw answer;
      // Elsewhere, where a person has chosen so.
      if (outputs[placement.output]?.path === path) {
        await attempts.waits(attempt.jobId, attempt, answer.toData());
        throw answer;
      }
      await attempts.grantNext(attempt.jobId);
      continue;
    }
    switch (answer.outcome) {
      case 'placed':
        return { outcome: 'placed', placement, identity: answer.identity, modified: answer.modified };
      case 'gone':
        return { outcome: 'gone' };
      case 'taken':
        await attempts.grantNext(attempt.jobId);
    }
  }
}
