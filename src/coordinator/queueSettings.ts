/** Every number that the queue lives by. Durations are milliseconds. */
export interface QueueSettings {
  /** The priority of what waits rises by one in this time. */
  readonly ageingMs: number;
  /** A job fails after so many failures of the `environment` class. */
  readonly maxEnvironmentFailures: number;
  /** Wait before the first repeat after a failure; doubles with each further one. */
  readonly retryBaseMs: number;
  /** The longest wait between two repeats. */
  readonly retryMaxMs: number;
  /** How long a worker whose ffmpeg turned out to be gone gets nothing, unless it reports sooner. */
  readonly ffmpegMissingMs: number;
  /** A worker that answered `busy` is asked again after this, or as soon as one of its tasks ends. */
  readonly busyRetryMs: number;
  /** A worker that does not answer an offer within this has not taken it. */
  readonly offerTimeoutMs: number;
  /** How long encoders may take to be tried when a job waits for them. */
  readonly trialTimeoutMs: number;
  /** How long one step of a recovery (reaping a process, finishing a placement) may take on the worker. */
  readonly recoveryTimeoutMs: number;
  /** After a start: a worker that had tasks and does not return within this has lost them. */
  readonly lostWorkerMs: number;
  /** An attached job is cancelled when its client has been gone for this long. */
  readonly attachedGraceMs: number;
  /** Least time between two progress events: 4 a second. */
  readonly progressIntervalMs: number;
  /** Tasks probed at once by a worker that does not say how many it takes. */
  readonly probeSlots: number;
  /** Jobs whose reason to wait is kept up to date, from the head of the queue. */
  readonly explainedJobs: number;
  /** A result takes the place of its source only when it is smaller by so much. */
  readonly replaceMinimumGainPercent: number;
  /** How long a replaced source is kept aside. */
  readonly keepReplacedMs: number;
  /** Bytes of a job's log; what comes after is left out, and the log says so. */
  readonly logBytes: number;
  /** Bytes of one answer to `jobs.log`, at most. */
  readonly logChunkBytes: number;
}

export const defaultQueueSettings: QueueSettings = {
  ageingMs: 300_000,
  maxEnvironmentFailures: 3,
  retryBaseMs: 1_000,
  retryMaxMs: 60_000,
  ffmpegMissingMs: 60_000,
  busyRetryMs: 2_000,
  offerTimeoutMs: 30_000,
  trialTimeoutMs: 120_000,
  recoveryTimeoutMs: 60_000,
  lostWorkerMs: 15_000,
  attachedGraceMs: 10_000,
  progressIntervalMs: 250,
  probeSlots: 2,
  explainedJobs: 1_000,
  replaceMinimumGainPercent: 5,
  keepReplacedMs: 30 * 86_400_000,
  logBytes: 8 * 1024 * 1024,
  logChunkBytes: 256 * 1024,
};

/** Wait before repeat number `failures` (1 and up), milliseconds. */
export function backOff(settings: QueueSettings, failures: number): number {
  return Math.min(settings.retryMaxMs, settings.retryBaseMs * 2 ** Math.min(failures - 1, 30));
}
