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

  readonly #queueOfTest: Partial<QueueSettings>;

  /** `queueOfTest`: what a test says goes before any file. */
  constructor(config: Config, queueOfTest: Partial<QueueSettings> = {}) {
    this.#queueOfTest = queueOfTest;
    this.queue = { ...queueSettingsOf(config), ...queueOfTest };
    this.worker = { ...config };
  }

  set(config: Config): void {
    Object.assign(this.queue, queueSettingsOf(config), this.#queueOfTest);
    Object.assign(this.worker, config);
  }
}
