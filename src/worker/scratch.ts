import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { identityIfThere, sameFile } from '../files/fileIdentity.ts';
import { requireForeign } from '../files/requireForeign.ts';
import { setDamagedRecordsAside, sweepRecords } from '../files/placementRecord.ts';
import { sweepAttempts } from '../files/staging.ts';
import { Traces } from '../files/traces.ts';
import { scratchName } from './scratchName.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface ScratchOptions {
  readonly stateDir: string;
  readonly settings: Pick<
    WorkerSettings,
    'scratchFolder' | 'placementKeepDays' | 'diskLookSeconds' | 'placeRetryFactor' | 'placeRetryMaxSeconds'
  >;
  /** Whether the attempt of a key (`<task>-<fence>`) is under way. */
  readonly isRunning: (key: string) => boolean;
  readonly onError: (error: unknown) => void;
  /** A note about a placement could not be read: where it lies now. */
  readonly onDamaged: (file: string) => void;
}

/** The worker's own folders, and what it puts into other people's. */
export class Scratch {
  readonly attempts: string;
  readonly records: string;
  readonly inquiries: string;
  readonly traces: Traces;
  readonly #options: ScratchOptions;
  /** Below it lies what is large: the worker's own folder, or a hidden one of its own where a person wants it. */
  readonly #large: string;
  /** In its state folder; what lies here is the worker's whatever the setting says today. */
  readonly #own: string;
  #recovered = false;
  #sweeps: Promise<void> = Promise.resolve();
  /** A folder that cannot be reached may not answer: nothing waits for it. */
  #traceSweeps: Promise<void> = Promise.resolve();
  #sweepAgain: NodeJS.Timeout | undefined;
  /** Before the next of them, seconds. */
  #pause: number | undefined;
  #closed = false;

  constructor(options: ScratchOptions) {
    this.#options = options;
    const own = path.resolve(options.stateDir, 'scratch');
    const { scratchFolder } = options.settings;
    this.#own = own;
    const nameFile = path.join(own, 'name');
    // Another worker may have the same folder, and a person may keep files in it.
    const hidden = scratchFolder ? scratchName(nameFile, options.onError) : undefined;
    this.#large = scratchFolder && hidden ? path.join(path.resolve(scratchFolder), hidden) : own;
    this.attempts = path.join(this.#large, 'attempts');
    this.inquiries = path.join(this.#large, 'inquiries');
    this.records = path.join(own, 'placements');
    this.traces = new Traces(path.join(own, 'traces'));
  }

  /** Throws `destination-unwritable` where a result in `folder` would be removed with what is the daemon's own. */
  readonly requireForeign = (folder: string): Promise<void> =>
    requireForeign(folder, [this.#options.stateDir, this.#own, this.#large]);

  /**
   * Whether the folder of an attempt is another daemon's, though the queue names it: the one of whose state folder this
   * one's is a copy.
   */
  async isAnothers(folder: string): Promise<boolean> {
    if (await this.traces.isAnothers(folder)) return true;
    const parent = path.dirname(folder);
    if (path.basename(parent) !== 'attempts' || path.basename(path.dirname(parent)) !== 'scratch')
      return false;
    // By what it is, not by its name: a link may lead to the state folder.
    const [there, own] = await Promise.all([parent, path.join(this.#own, 'attempts')].map(identityIfThere));
    return there !== undefined && (!own || !sameFile(there, own));
  }

  /** Before anything is put there. */
  async prepare(): Promise<void> {
    try {
      for (const file of await setDamagedRecordsAside(this.records)) this.#options.onDamaged(file);
    } catch (error) {
      this.#options.onError(error);
    }
    // Noted, so that it is removed when the setting names another one.
    if (this.#large === this.#own) return;
    try {
      await mkdir(path.dirname(this.#large), { recursive: true });
      await this.traces.note(this.#large);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** The coordinator needs nothing any more of what lies here and belongs to no attempt that runs. */
  recovered(): void {
    this.#recovered = true;
    this.sweep();
    this.#sweepTraces();
  }

  /** Removes what no attempt uses; nothing before `recovered`, since a granted result may lie here. */
  sweep(): void {
    if (!this.#recovered) return;
    const { isRunning, onError, settings } = this.#options;
    this.#sweeps = this.#sweeps
      .then(async () => {
        for (const folder of new Set([this.attempts, path.join(this.#own, 'attempts')]))
          await sweepAttempts(folder, isRunning, this.traces.mark);
        await sweepRecords(this.records, isRunning, settings.placementKeepDays);
      })
      .catch(onError);
    this.#pause = undefined;
    if (this.traces.left) this.#sweepTraces();
  }

  /** What is noted is taken back by who removes it: what stays noted was left by an earlier worker, or was away. */
  #sweepTraces(): void {
    const { onError, settings } = this.#options;
    clearTimeout(this.#sweepAgain);
    this.#traceSweeps = this.#traceSweeps
      .then(() => this.traces.sweep(settings.placementKeepDays))
      .catch(onError)
      .then(() => {
        if (!this.traces.left || this.#closed) return;
        // Its folder is away: nobody says when it is back.
        const pause = this.#pause ?? settings.diskLookSeconds;
        this.#sweepAgain = setTimeout(() => {
          this.#pause = Math.min(pause * settings.placeRetryFactor, settings.placeRetryMaxSeconds);
          this.#sweepTraces();
        }, pause * 1000).unref();
      });
  }

  /** Looks no more for folders that were away. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#sweepAgain);
  }

  /** As `idle`, of other people's folders. */
  async tracesIdle(): Promise<void> {
    await this.#traceSweeps;
  }

  /** Resolves when no sweep of the worker's own folders is under way. */
  async idle(): Promise<void> {
    await this.#sweeps;
  }
}
