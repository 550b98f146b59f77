import { grownWait } from '../protocol/grownWait.ts';
import { defaultsOf, type SettingValues } from '../protocol/settingRow.ts';
import type { LoadLimits } from './foreignLoad.ts';
import { queueRows } from './queueRows.ts';

/** Which finished jobs stay. */
export interface RetentionLimits {
  /** They are removed when they ended longer ago than this, milliseconds; 0: never for their age. */
  readonly keepJobsMs: number;
  /** The longest ended are removed when there are more. */
  readonly keepJobs: number;
  /** Results of jobs that are gone are known for so long after the job was made, milliseconds; 0 or none: for good. */
  readonly keepResultsMs?: number;
}

/** Every number that the queue lives by. Durations are milliseconds. */
export interface QueueSettings {
  /** A result takes the place of its source only when it is smaller by so much. */
  readonly replaceMinimumGainPercent: number;
  /** How long a replaced source is kept aside. */
  readonly clockDoubtMs: number;
  readonly keepReplacedMs: number;
  /** The priority of what waits rises by one in this time. */
  readonly ageingMs: number;
  /** A task is held for a busy worker only where the best free one would end it so many times as late, counted from now. */
  readonly holdFactor: number;
  /** … and so much later. */
  readonly holdMinMs: number;
  /** Nothing is held for a busy worker for longer. */
  readonly holdMaxMs: number;
  /** A worker without the preferred labels must end a task so many times as soon as one with them, and `holdMinMs` sooner. */
  readonly preferFactor: number;
  /** A waiting job takes the slot of one whose priority is lower by so much; 0: never. */
  readonly preemptPriorityGap: number;
  /** A worker that other programs use more than this gives away what it began last. */
  readonly preemptLoadedWorkers: boolean;
  readonly preemptLoad: LoadLimits;
  /** Until it is known how fast files come to a worker on another machine: bytes a second. */
  readonly transferGuess: number;
  /** Jobs whose sources a busy worker on another machine fetches ahead, for each of its slots. */
  readonly fetchAhead: number;
  /** How long a forecast of what waits is good, and the least time between two that are told. */
  readonly forecastMs: number;
  /** A forecast that has moved by no more is not told again: milliseconds, and a part of the time that is left. */
  readonly forecastMoveMs: number;
  readonly forecastMovePart: number;
  /** Waiting jobs of which it is foreseen when they will begin and end, from the head of the queue. */
  readonly forecastJobs: number;
  /** A job fails after so many failures of the `environment` class. */
  readonly maxEnvironmentFailures: number;
  /** Wait before the first repeat after a failure that passes by itself (a connection, a database). */
  readonly retryBaseMs: number;
  /** The longest wait between two such repeats. */
  readonly retryMaxMs: number;
  /** By how many times each wait is longer than the one before. */
  readonly retryFactor: number;
  /** By which part of it a wait may be longer by chance, so that not everybody comes back at once. */
  readonly retryJitter: number;
  /** A job fails after so many failures that pass by themselves; 0: it never gives up. */
  readonly maxTransientFailures: number;
  /** The same waits after a failure of the `environment` class. */
  readonly environmentRetryBaseMs: number;
  readonly environmentRetryMaxMs: number;
  /** A worker gets nothing for a while after so many failures of the `environment` class in a row. */
  readonly setAsideFailures: number;
  /** For how long; then it is tried with one encode. */
  readonly setAsideMs: number;
  /** How long a worker whose ffmpeg turned out to be gone gets nothing, unless it reports sooner. */
  readonly ffmpegMissingMs: number;
  /** A worker that answered `busy` is asked again after this, or as soon as one of its tasks ends. */
  readonly busyRetryMs: number;
  /** How often a job that waits for room on a disk is offered again. */
  readonly diskRetryMs: number;
  /** A worker that does not answer an offer within this has not taken it. */
  readonly offerTimeoutMs: number;
  /** How long encoders may take to be tried when a job waits for them. */
  readonly trialTimeoutMs: number;
  /** How long one step of a recovery (reaping a process, finishing a placement) may take on the worker. */
  readonly recoveryTimeoutMs: number;
  /** After a start: a worker that had tasks and does not return within this has lost them. */
  readonly lostWorkerMs: number;
  /** Part of the time that its longest task has taken: a worker whose connection was lost has at least so long to return. */
  readonly lostWorkerShare: number;
  /** An attached job is cancelled when its client has been gone for this long. */
  readonly attachedGraceMs: number;
  /** How long a question about a file waits for a worker. */
  readonly inquiryWaitMs: number;
  /** Least time between two progress events: 4 a second. */
  readonly progressIntervalMs: number;
  /** Tasks probed at once by a worker that does not say how many it takes. */
  readonly probeSlots: number;
  /** Jobs whose reason to wait is kept up to date, from the head of the queue. */
  readonly explainedJobs: number;
  /** Bytes of a job's log; what comes after is left out, and the log says so. */
  readonly logBytes: number;
  readonly retention: RetentionLimits;
  /** Time between two looks for finished jobs to be removed. */
  readonly retentionIntervalMs: number;
  /** Logs of jobs that are written at the same time. */
  readonly logsAtOnce: number;
  /** Bytes of one answer to `jobs.log`, at most. */
  readonly logChunkBytes: number;
}

/** Of the rows of the table, in the queue's own units. */
export function queueSettingsOf(rows: SettingValues<typeof queueRows>): QueueSettings {
  return {
    ageingMs: Math.round(rows.ageingMinutes * 60_000),
    holdFactor: rows.holdFactor,
    holdMinMs: rows.holdMinSeconds * 1000,
    holdMaxMs: rows.holdMaxMinutes * 60_000,
    preferFactor: rows.preferFactor,
    preemptPriorityGap: rows.preemptPriorityGap,
    preemptLoadedWorkers: rows.preemptLoadedWorkers,
    preemptLoad: { most: rows.preemptLoadPercent / 100, spanMs: rows.preemptLoadSeconds * 1000 },
    transferGuess: (rows.transferGuessMegabits * 1e6) / 8,
    fetchAhead: rows.fetchAhead,
    forecastMs: rows.forecastSeconds * 1000,
    forecastMoveMs: rows.forecastMoveSeconds * 1000,
    forecastMovePart: rows.forecastMovePercent / 100,
    forecastJobs: rows.forecastJobs,
    maxEnvironmentFailures: rows.maxFailures,
    retryBaseMs: rows.retryMinSeconds * 1000,
    retryMaxMs: rows.retryMaxSeconds * 1000,
    retryFactor: rows.retryFactor,
    retryJitter: rows.retryJitter,
    maxTransientFailures: rows.retryAttempts,
    environmentRetryBaseMs: rows.environmentRetryMinSeconds * 1000,
    environmentRetryMaxMs: rows.environmentRetryMaxSeconds * 1000,
    setAsideFailures: rows.setAsideFailures,
    setAsideMs: rows.setAsideSeconds * 1000,
    ffmpegMissingMs: rows.ffmpegMissingSeconds * 1000,
    busyRetryMs: rows.busyRetrySeconds * 1000,
    diskRetryMs: rows.diskRetrySeconds * 1000,
    offerTimeoutMs: rows.offerTimeoutSeconds * 1000,
    trialTimeoutMs: rows.trialWaitSeconds * 1000,
    recoveryTimeoutMs: rows.recoveryTimeoutSeconds * 1000,
    lostWorkerMs: rows.lostWorkerSeconds * 1000,
    lostWorkerShare: rows.lostWorkerShare,
    attachedGraceMs: rows.attachedGraceSeconds * 1000,
    inquiryWaitMs: rows.inquiryWaitSeconds * 1000,
    progressIntervalMs: rows.progressMs,
    replaceMinimumGainPercent: rows.replaceMinimumGainPercent,
    clockDoubtMs: rows.clockDoubtDays * 86_400_000,
    keepReplacedMs: rows.keepReplacedDays * 86_400_000,
    probeSlots: rows.probeSlots,
    explainedJobs: rows.explainedJobs,
    logBytes: rows.jobLogBytes,
    retention: {
      keepJobsMs: rows.keepJobsDays * 86_400_000,
      keepJobs: rows.keepJobs,
      keepResultsMs: rows.keepResultsDays * 86_400_000,
    },
    retentionIntervalMs: rows.retentionMinutes * 60_000,
    logsAtOnce: rows.jobLogsAtOnce,
    logChunkBytes: rows.jobLogChunkBytes,
  };
}

export const defaultQueueSettings: QueueSettings = queueSettingsOf(defaultsOf(queueRows));

/** No task is made to wait longer than this before it is due again, milliseconds. */
export function longestWait(settings: QueueSettings): number {
  const { retryBaseMs, retryMaxMs, environmentRetryMaxMs, diskRetryMs } = settings;
  return Math.max(retryBaseMs, retryMaxMs, environmentRetryMaxMs, diskRetryMs);
}

type Waits = Pick<QueueSettings, 'retryBaseMs' | 'retryMaxMs' | 'retryFactor' | 'retryJitter'>;

/**
 * Wait before repeat number `failures` (1 and up), milliseconds: never below `retryBaseMs`, never above `retryMaxMs`, and
 * longer each time until it is there. `chance`, 0 to 1, makes it up to `retryJitter` of it longer; the longest waits
 * differ by as much.
 */
export function backOff(
  { retryBaseMs, retryMaxMs, retryFactor, retryJitter }: Waits,
  failures: number,
  chance = 0,
): number {
  const least = Math.min(retryBaseMs, retryMaxMs);
  const highest = Math.max(least, retryMaxMs / (1 + retryJitter));
  const wait = grownWait(least, highest, retryFactor, failures - 1);
  return Math.round(Math.min(retryMaxMs, wait * (1 + retryJitter * chance)));
}

/** The waits after failures of the `environment` class. */
export function environmentWaits(settings: QueueSettings): Waits {
  const { environmentRetryBaseMs: retryBaseMs, environmentRetryMaxMs: retryMaxMs } = settings;
  return { ...settings, retryBaseMs, retryMaxMs };
}
