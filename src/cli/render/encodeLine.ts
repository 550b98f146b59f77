import { isEnded } from '../../protocol/jobState.ts';
import type { Job, Progress } from '../../protocol/model.ts';
import { sourceName, stateText, type TextOptions } from './jobText.ts';

export interface EncodeProgress {
  readonly jobs: readonly Job[];
  progressOf(id: string): Progress | undefined;
  /** Milliseconds since the encode was asked for. */
  readonly elapsedMs: number;
  /** Milliseconds after which the line says that nobody needs to wait. */
  readonly hintAfterMs: number;
  readonly cancelling: boolean;
  /** The connection to the daemon is gone and tried again. */
  readonly disconnected: boolean;
}

export interface EncodeLine {
  readonly text: string;
  /** Stands behind it; says nothing of how far the encode is. */
  readonly hint: string;
}

/** The live line of `encode`: what runs now, and how many of how many are done. */
export function encodeLine(progress: EncodeProgress, options: TextOptions): EncodeLine {
  const { jobs, cancelling, disconnected, elapsedMs, hintAfterMs } = progress;
  const ended = jobs.filter(({ state }) => isEnded(state)).length;
  const current = currentJob(jobs);
  const parts: string[] = [];
  let hint = '';
  if (jobs.length > 1) parts.push(`${ended}/${jobs.length} done`);
  if (disconnected) parts.push('the daemon does not answer, trying again');
  else if (cancelling) parts.push('cancelling, again Ctrl+C leaves at once');
  else if (current !== undefined) {
    parts.push(sourceName(current, options), stateText(current, progress.progressOf(current.id)));
    if (elapsedMs >= hintAfterMs) hint = '  (with --detach it goes on without you)';
  }
  return { text: parts.join('  '), hint };
}

/** The one furthest along; while nothing runs, the first that has not ended. */
function currentJob(jobs: readonly Job[]): Job | undefined {
  const stages = ['running', 'verifying', 'committing', 'probing', 'waiting', 'planned', 'accepted'] as const;
  for (const stage of stages) {
    const found = jobs.find(({ state }) => state === stage);
    if (found !== undefined) return found;
  }
  return undefined;
}
