import path from 'node:path';
import { sweepRecords } from '../files/placementRecord.ts';
import { keyOfTrace, sweepAttempts } from '../files/staging.ts';
import { Traces } from '../files/traces.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface ScratchOptions {
  readonly stateDir: string;
  readonly settings: Pick<WorkerSettings, 'scratchFolder' | 'placementKeepDays'>;
  /** Whether the attempt of a key (`<task>-<fence>`) is under way. */
  readonly isRunning: (key: string) => boolean;
  readonly onError: (error: unknown) => void;
}

/** The worker's own folders, and what it puts into other people's. */
export class Scratch {
  readonly attempts: string;
  readonly records: string;
  readonly inquiries: string;
  readonly traces: Traces;
  readonly #options: ScratchOptions;
  #recovered = false;
  #sweeps: Promise<void> = Promise.resolve();

  constructor(options: ScratchOptions) {
    this.#options = options;
    const own = path.resolve(options.stateDir, 'scratch');
    // Links resolved in neither: the paths are compared as text, see `isStaged`.
    const large = options.settings.scratchFolder ? path.resolve(options.settings.scratchFolder) : own;
    this.attempts = path.join(large, 'attempts');
    this.inquiries = path.join(large, 'inquiries');
    this.records = path.join(own, 'placements');
    this.traces = new Traces(path.join(own, 'traces'));
  }

  /** The coordinator needs nothing any more of what lies here and belongs to no attempt that runs. */
  recovered(): void {
    this.#recovered = true;
    this.sweep();
  }

  /** Removes what no attempt uses; nothing before `recovered`, since a granted result may lie here. */
  sweep(): void {
    if (!this.#recovered) return;
    const { isRunning, onError, settings } = this.#options;
    this.#sweeps = this.#sweeps
      .then(async () => {
        await sweepAttempts(this.attempts, isRunning);
        await sweepRecords(this.records, isRunning, settings.placementKeepDays);
        await this.traces.sweep((file) => {
          const key = keyOfTrace(file);
          return key !== undefined && isRunning(key);
        }, settings.placementKeepDays);
      })
      .catch(onError);
  }

  /** Resolves when no sweep is under way. */
  async idle(): Promise<void> {
    await this.#sweeps;
  }
}
