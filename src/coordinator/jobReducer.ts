import type { ErrorData } from '../protocol/errors.ts';
import { isEnded, type JobState } from '../protocol/jobState.ts';

/** What the reducer needs of a job. */
export interface JobMachine {
  readonly state: JobState;
  /** Number of the latest attempt over all tasks of the job, 0 before the first; only ever grows. */
  readonly fence: number;
  /** A person asked to cancel it while an attempt ran. */
  readonly cancelling: boolean;
  /** A person paused it while an attempt runs: without a result it does not wait, it is paused. */
  readonly suspended: boolean;
  readonly reason?: ErrorData | undefined;
}

/**
 * What happens to a job. Events of an attempt carry its fence: what an attempt says after it was superseded
 * changes nothing.
 */
export type JobEvent =
  | { readonly type: 'probe-assigned' }
  | { readonly type: 'probed'; readonly fence: number }
  | { readonly type: 'queued'; readonly reason: ErrorData }
  | { readonly type: 'encode-assigned' }
  | { readonly type: 'encoded'; readonly fence: number }
  | { readonly type: 'commit-granted'; readonly fence: number }
  | { readonly type: 'output-settled'; readonly fence: number }
  | { readonly type: 'delivered'; readonly fence: number }
  | { readonly type: 'handed-over'; readonly fence: number }
  | { readonly type: 'nothing-left'; readonly fence?: number | undefined }
  | { readonly type: 'attempt-ended'; readonly fence: number; readonly reason?: ErrorData | undefined }
  | { readonly type: 'placement-gone'; readonly fence: number; readonly reason: ErrorData }
  | { readonly type: 'pause-requested'; readonly reason: ErrorData }
  | { readonly type: 'resume-requested' }
  | { readonly type: 'resumed'; readonly reason: ErrorData }
  | { readonly type: 'resumed-unprobed' }
  | { readonly type: 'cancel-requested'; readonly reason: ErrorData }
  | { readonly type: 'abandoned'; readonly reason: ErrorData }
  | { readonly type: 'failed'; readonly reason: ErrorData; readonly fence?: number | undefined }
  | { readonly type: 'retried' };

export interface JobTransition {
  readonly event: JobEvent['type'];
  readonly from: readonly JobState[];
  /** `same` leaves the state as it is. */
  readonly to: JobState | 'same';
  /** Where it goes instead once a person asked to cancel it. */
  readonly toWhenCancelling?: JobState;
  /** As above, once a person paused it. */
  readonly toWhenSuspended?: JobState;
  readonly effect?: 'next-fence' | 'start-cancelling' | 'suspend' | 'go-on' | 'forget';
  readonly doc: string;
}

const beforeEnd = [
  'accepted', 'probing', 'planned', 'waiting', 'paused', 'running', 'verifying', 'committing',
] as const satisfies readonly JobState[]; // prettier-ignore

/** Every way a job may go; docs/architecture.md prints this table. For an event, the first row that fits. */
export const jobTransitions: readonly JobTransition[] = [
  {
    event: 'probe-assigned',
    from: ['accepted'],
    to: 'probing',
    effect: 'next-fence',
    doc: 'A worker is offered to look at the source and the destination.',
  },
  {
    event: 'probed',
    from: ['probing'],
    to: 'planned',
    toWhenCancelling: 'cancelled',
    doc: 'The source is media, the destination can be written.',
  },
  {
    event: 'queued',
    from: ['planned'],
    to: 'waiting',
    toWhenSuspended: 'paused',
    doc: 'The names of the results are reserved.',
  },
  {
    event: 'encode-assigned',
    from: ['waiting'],
    to: 'running',
    effect: 'next-fence',
    doc: 'A worker is offered the encode; attempt and fence are stored before it is asked.',
  },
  {
    event: 'encoded',
    from: ['running', 'verifying'],
    to: 'verifying',
    doc: 'ffmpeg has ended; the result is judged.',
  },
  {
    event: 'commit-granted',
    from: ['running', 'verifying', 'committing'],
    to: 'committing',
    doc: 'The verified result may be placed under the recorded name; again when that name was taken.',
  },
  {
    event: 'output-settled',
    from: ['running', 'verifying', 'committing'],
    to: 'running',
    doc: 'One of several results has its name, or is not wanted; the attempt goes on with the next.',
  },
  { event: 'delivered', from: ['committing'], to: 'done', doc: 'The last result has its name.' },
  {
    event: 'handed-over',
    from: ['running', 'verifying'],
    to: 'done',
    doc: 'The machine that asked for it has given the last result its name.',
  },
  {
    event: 'nothing-left',
    from: ['planned', 'running', 'verifying'],
    to: 'done',
    doc: 'The last result is not wanted (a gain too small), or a retry finds all in place.',
  },
  {
    event: 'attempt-ended',
    from: ['probing'],
    to: 'accepted',
    toWhenCancelling: 'cancelled',
    toWhenSuspended: 'paused',
    doc: 'The attempt ended without a result and may be repeated (worker lost, busy, cancelled there, to be retried).',
  },
  {
    event: 'attempt-ended',
    from: ['running', 'verifying'],
    to: 'waiting',
    toWhenCancelling: 'cancelled',
    toWhenSuspended: 'paused',
    doc: 'As above; the plan, the reserved names and what is in place already stay.',
  },
  {
    event: 'placement-gone',
    from: ['committing'],
    to: 'waiting',
    toWhenCancelling: 'cancelled',
    toWhenSuspended: 'paused',
    doc: 'Granted, but not placed, and the verified result is gone.',
  },
  {
    event: 'pause-requested',
    from: ['accepted', 'waiting'],
    to: 'paused',
    doc: 'A person pauses it: it keeps its place in the queue, and is not begun.',
  },
  {
    event: 'pause-requested',
    from: ['probing', 'planned', 'running', 'verifying', 'committing'],
    to: 'same',
    effect: 'suspend',
    doc: 'What runs stands still and keeps its slot; an attempt that ends without a result leads to `paused`.',
  },
  {
    event: 'resume-requested',
    from: ['probing', 'planned', 'running', 'verifying', 'committing'],
    to: 'same',
    effect: 'go-on',
    doc: 'What stands still goes on.',
  },
  { event: 'resumed', from: ['paused'], to: 'waiting', doc: 'It waits for its turn again.' },
  {
    event: 'resumed-unprobed',
    from: ['paused'],
    to: 'accepted',
    doc: 'As above, of a job whose source was not looked at yet.',
  },
  {
    event: 'cancel-requested',
    from: ['accepted', 'planned', 'waiting', 'paused'],
    to: 'cancelled',
    doc: 'Nothing runs: cancelled at once.',
  },
  {
    event: 'cancel-requested',
    from: ['probing', 'running', 'verifying', 'committing'],
    to: 'same',
    effect: 'start-cancelling',
    doc: 'Cancelled when the attempt has ended; a result that is granted meanwhile still becomes `done`.',
  },
  {
    event: 'abandoned',
    from: ['probing', 'running', 'verifying', 'committing'],
    to: 'cancelled',
    doc: 'Cancelled while its worker is not connected: nobody is left to report.',
  },
  {
    event: 'failed',
    from: beforeEnd,
    to: 'failed',
    toWhenCancelling: 'cancelled',
    doc: 'Cannot be done as asked, or was tried often enough.',
  },
  {
    event: 'retried',
    from: ['failed', 'cancelled'],
    to: 'accepted',
    effect: 'forget',
    doc: 'A person wants it tried again: probed and planned anew; results in place, the log and earlier attempts stay.',
  },
];

export type Reduced =
  | { readonly ok: true; readonly job: JobMachine }
  | {
      readonly ok: false;
      /** `fence-void`: said by an attempt that is not the latest. `not-now`: the state has no such way. */
      readonly refusal: 'fence-void' | 'not-now';
    };

export function reduceJob(job: JobMachine, event: JobEvent): Reduced {
  if ('fence' in event && event.fence !== undefined && event.fence !== job.fence)
    return { ok: false, refusal: 'fence-void' };
  const row = jobTransitions.find((each) => each.event === event.type && each.from.includes(job.state));
  if (!row) return { ok: false, refusal: 'not-now' };
  const target =
    (job.cancelling ? row.toWhenCancelling : job.suspended ? row.toWhenSuspended : undefined) ?? row.to;
  const state = target === 'same' ? job.state : target;
  const forgets = row.effect === 'forget';
  // The reason given with the wish to cancel outlives what the ending attempt says.
  const keepsReason = job.cancelling && !forgets && state !== 'done';
  return {
    ok: true,
    job: {
      state,
      fence: row.effect === 'next-fence' ? job.fence + 1 : job.fence,
      cancelling: row.effect === 'start-cancelling' || (job.cancelling && !forgets),
      // Something must be under way that can stand still.
      suspended:
        row.effect === 'suspend' ||
        (job.suspended && row.effect !== 'go-on' && !forgets && state !== 'paused' && !isEnded(state)),
      reason: keepsReason ? job.reason : 'reason' in event ? event.reason : undefined,
    },
  };
}
