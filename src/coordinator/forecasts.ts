import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { Forecast, Job } from '../protocol/model.ts';
import type { Timers } from '../protocol/timers.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import { longestWait, type QueueSettings } from './queueSettings.ts';
import { decide, type Outlook } from './scheduler.ts';
import type { Speeds } from './speeds.ts';
import type { Store } from './store.ts';
import { Timetable } from './timetable.ts';

export interface ForecastsOptions {
  readonly store: Pick<Store, 'queue'>;
  readonly fleet: Fleet;
  readonly speeds: Speeds;
  readonly hasSources: Outlook['hasSources'];
  readonly settings: QueueSettings;
  readonly clock: Clock;
  readonly monotonic: Clock;
  readonly timers: Timers;
  /** Nothing will begin until a person says so. */
  readonly isPaused: () => boolean;
  readonly onError: (error: DffmpegError) => void;
}

/**
 * When waiting jobs will begin and end: the scheduler itself, going through the queue with a timetable and offering
 * nothing. Worked out when somebody asks, and from time to time while somebody listens; never stored.
 */
export class Forecasts {
  readonly #options: ForecastsOptions;
  readonly #listeners = new Set<(forecasts: Forecast[]) => void>();
  #latest: { at: number; forecasts: Promise<ReadonlyMap<string, Forecast>> } | undefined;
  #told: ReadonlyMap<string, Forecast> = new Map();
  #stopTimer: (() => void) | undefined;

  constructor(options: ForecastsOptions) {
    this.#options = options;
  }

  /** By job; of jobs of which nobody can say anything there is none. */
  now(): Promise<ReadonlyMap<string, Forecast>> {
    const at = this.#options.monotonic();
    if (this.#latest && at - this.#latest.at < this.#options.settings.forecastMs)
      return this.#latest.forecasts;
    const forecasts = this.#workOut(this.#options.clock());
    this.#latest = { at, forecasts };
    forecasts.catch(() => {
      this.#latest = undefined;
    });
    return forecasts;
  }

  /** Jobs with what is foreseen of them. */
  async added(jobs: readonly Job[]): Promise<Job[]> {
    if (!jobs.some(({ state }) => state === 'waiting')) return [...jobs];
    const known = await this.now();
    return jobs.map((job) => {
      const found = job.state === 'waiting' ? known.get(job.id) : undefined;
      if (!found) return job;
      const { startsAt, endsAt, guess } = found;
      return { ...job, forecast: { startsAt, endsAt, guess } };
    });
  }

  /** What was worked out is not true any more: the queue, or a worker, has changed. */
  outdate(): void {
    this.#latest = undefined;
  }

  /** Hears all forecasts now, and whenever one of them has moved. */
  listen(listener: (forecasts: Forecast[]) => void): () => void {
    this.#listeners.add(listener);
    this.#told = new Map();
    this.#tell();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #tell(): void {
    const { timers, settings, onError } = this.#options;
    this.#stopTimer?.();
    this.#stopTimer = timers.after(settings.forecastMs, () => {
      this.#tell();
    });
    this.now().then(
      (forecasts) => {
        if (!this.#haveMoved(forecasts)) return;
        this.#told = forecasts;
        for (const listener of this.#listeners) listener([...forecasts.values()]);
      },
      (error: unknown) => {
        onError(toDffmpegError(error));
      },
    );
  }

  #haveMoved(forecasts: ReadonlyMap<string, Forecast>): boolean {
    if (forecasts.size !== this.#told.size) return true;
    const now = this.#options.clock();
    const { forecastMoveMs, forecastMovePart } = this.#options.settings;
    return [...forecasts].some(([id, { startsAt, endsAt, guess }]) => {
      const told = this.#told.get(id);
      const moved = (from: number, to: number) =>
        Math.abs(from - to) > forecastMoveMs + forecastMovePart * Math.max(0, to - now);
      return told?.guess !== guess || moved(told.startsAt, startsAt) || moved(told.endsAt, endsAt);
    });
  }

  async #workOut(now: number): Promise<ReadonlyMap<string, Forecast>> {
    const { store, fleet, speeds, settings, hasSources, isPaused } = this.#options;
    const forecasts = new Map<string, Forecast>();
    if (isPaused() || settings.forecastJobs === 0 || fleet.workers.length === 0) return forecasts;
    const latest = now + longestWait(settings);
    const queue = await store.queue({ now, latest, kinds: ['encode'], limit: settings.forecastJobs });
    const outlook = { timetable: new Timetable(), speeds, settings, hasSources, heldFor: () => 0 };
    for (const { job, task } of queue) {
      const decision = decide({ job, task }, fleet.workers, outlook);
      const foreseen = decision.action === 'fail' ? undefined : decision.foreseen;
      if (!foreseen || foreseen.end.basis === 'unknown') continue;
      forecasts.set(job.id, {
        jobId: job.id,
        startsAt: Math.round(now + foreseen.start.at * 1000),
        endsAt: Math.round(now + foreseen.end.at * 1000),
        guess: foreseen.end.basis === 'guess',
      });
    }
    return forecasts;
  }
}
