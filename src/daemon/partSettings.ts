import { defaultQueueSettings, type QueueSettings } from '../coordinator/queueSettings.ts';
import type { WorkerSettings } from '../worker/task.ts';
import type { Config } from './config.ts';

/** The queue's numbers that a person may set; the others stay as they are. */
export function queueSettings(config: Config): QueueSettings {
  return {
    ...defaultQueueSettings,
    ageingMs: Math.round(config.ageingMinutes * 60_000),
    attachedGraceMs: config.attachedGraceSeconds * 1000,
    maxEnvironmentFailures: config.maxFailures,
    logBytes: config.jobLogBytes,
    replaceMinimumGainPercent: config.replaceMinimumGainPercent,
    keepReplacedMs: config.keepReplacedDays * 86_400_000,
  };
}

export function workerSettings(config: Config): WorkerSettings {
  return { stallSeconds: config.stallSeconds, probeTimeoutSeconds: config.probeTimeoutSeconds };
}
