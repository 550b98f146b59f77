import { queueSettingsOf, type QueueSettings } from '../coordinator/queueSettings.ts';
import type { WorkerSettings } from '../worker/workerSettings.ts';
import type { Config } from './config.ts';

/**
 * The settings of queue and worker, as they are now and from then on: a part that reads a value when it needs it
 * follows the files; one that keeps it does not, and its row says `hot: false`.
 */
export class PartSettings {
  readonly queue: QueueSettings;
  readonly worker: WorkerSettings;

  constructor(config: Config) {
    this.queue = queueSettingsOf(config);
    this.worker = { ...config };
  }

  set(config: Config): void {
    Object.assign(this.queue, queueSettingsOf(config));
    Object.assign(this.worker, config);
  }
}
