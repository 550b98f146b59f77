import { errorTable, type ErrorData } from '../protocol/errors.ts';
import { backOff, environmentWaits, type QueueSettings } from './queueSettings.ts';
import type { TaskRecord } from './store/records.ts';

export type FailureDecision =
  | { readonly outcome: 'fail'; readonly reason: ErrorData }
  | { readonly outcome: 'repeat'; readonly task: TaskRecord; readonly reason: ErrorData };

export interface FailureContext {
  readonly workerId: string;
  readonly now: number;
  readonly settings: QueueSettings;
  /** The worker itself said so, not the coordinator that waited for the worker. */
  readonly reported?: boolean;
  /** 0 to 1, by which the waits differ; the shortest where it is missing. */
  readonly chance?: number | undefined;
}

/** What a failed attempt means for its task: the class of the error decides, never its text. */
export function judgeFailure(task: TaskRecord, error: ErrorData, context: FailureContext): FailureDecision {
  const { now, settings, chance } = context;
  // Waits for the ffmpeg, however long that takes: nothing is counted.
  if (error.code === 'ffmpeg-missing') return repeat(task, error, now + settings.retryBaseMs);

  // A disk that became full or was pulled under way is waited for. Counted, since a result may be larger than the disk, and
  // a disk broken for good.
  if (isDiskTrouble(error.code)) {
    const environmentFailures = task.environmentFailures + 1;
    if (environmentFailures >= settings.maxEnvironmentFailures) return { outcome: 'fail', reason: error };
    return repeat({ ...task, environmentFailures }, error, now + settings.diskRetryMs);
  }

  // A program that did not finish on the worker may never do so: unlike a silent connection, it is counted.
  const counted = error.code === 'timeout' && context.reported === true;
  switch (counted ? 'environment' : errorTable[error.code]) {
    case 'source':
    case 'request':
    case 'destination':
      return { outcome: 'fail', reason: error };
    case 'busy':
    case 'cancelled':
      return repeat(task, error, now);
    case 'transient': {
      const transientFailures = task.transientFailures + 1;
      const most = settings.maxTransientFailures;
      if (most > 0 && transientFailures >= most) return { outcome: 'fail', reason: error };
      const wait = backOff(settings, transientFailures, chance);
      return repeat({ ...task, transientFailures }, error, now + wait);
    }
    // What a worker cannot explain (`protocol`) is its own trouble, too.
    case 'environment':
    case 'protocol': {
      const environmentFailures = task.environmentFailures + 1;
      if (environmentFailures >= settings.maxEnvironmentFailures) return { outcome: 'fail', reason: error };
      const avoid = [...new Set([...task.avoid, context.workerId])];
      const wait = backOff(environmentWaits(settings), environmentFailures, chance);
      const hint = `It is tried again (attempt ${environmentFailures + 1} of ${settings.maxEnvironmentFailures}).`;
      return repeat({ ...task, environmentFailures, avoid }, { ...error, hint }, now + wait);
    }
  }
}

/** A disk has no room, or does not answer: the worker looks at it, and says so when that has passed. */
export function isDiskTrouble(code: ErrorData['code'] | undefined): boolean {
  return code === 'destination-full' || code === 'scratch-full' || code === 'destination-away';
}

function repeat(task: TaskRecord, reason: ErrorData, notBefore: number): FailureDecision {
  return { outcome: 'repeat', task: { ...task, state: 'waiting', notBefore }, reason };
}
