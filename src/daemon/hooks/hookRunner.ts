import type { Coordinator } from '../../coordinator/coordinatorInterface.ts';
import { normalisePath } from '../../coordinator/outputNames.ts';
import { isDue, steadyClock } from '../../coordinator/clocks.ts';
import type { Store } from '../../coordinator/store.ts';
import { toWholeJob } from '../../coordinator/jobView.ts';
import type { StoredJob } from '../../coordinator/store/records.ts';
import { toDffmpegError, type DffmpegError } from '../../protocol/errors.ts';
import type { JobHook } from '../../protocol/model.ts';
import type { Timers } from '../../protocol/timers.ts';
import type { SettingValues } from '../../protocol/settingRow.ts';
import type { hookSettings } from '../settings/hooks.ts';
import { hookKey, type Hook } from './hookSchema.ts';
import { hookDue, hookPause, longestHookPause } from './hookPauses.ts';
import { runHook, type HookOutcome } from './hookTable.ts';

export type HookSettings = SettingValues<Omit<typeof hookSettings, 'hooks'>>;

export interface HookRunnerOptions {
  readonly store: Pick<Store, 'hooksDue' | 'nextHook' | 'addMade' | 'madeAmong'>;
  readonly coordinator: Pick<Coordinator, 'settleHook' | 'appendLog'>;
  /** Those of config.jsonc, as they are now: what stands in the store is only which. */
  readonly hooks: () => readonly Hook[];
  readonly settings: () => HookSettings;
  readonly stateDir: string;
  /** Node's name of the system on which the paths lie. */
  readonly platform: string;
  readonly timers: Timers;
  readonly clock: () => number;
  /** Milliseconds that go on evenly, whatever the clock is set to. */
  readonly monotonic: () => number;
  /** 0 to below 1. */
  readonly random: () => number;
  readonly onError: (error: DffmpegError) => void;
}

/** Runs the hooks of jobs that have ended, at least once each: which are due lies in the store. */
export class HookRunner {
  readonly #options: HookRunnerOptions;
  /** By which hooks wait: a clock that is set back makes none of them wait longer. */
  readonly #steady: () => number;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #again = false;
  /** Whether hooks that an earlier daemon left waiting have been looked through. */
  #caughtUp = false;
  #stop: (() => void) | undefined;

  constructor(options: HookRunnerOptions) {
    this.#options = options;
    this.#steady = steadyClock(options.clock, options.monotonic);
  }

  /** A job may have ended. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.wake();
    });
  }

  /** What runs is called off, and run again by the next daemon. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#stop?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { store, timers, settings, random, onError } = this.#options;
    let next: number | undefined;
    try {
      if (!this.#caughtUp) await this.#catchUp();
      while (this.#again && !this.#closing.signal.aborted) {
        this.#again = false;
        const due = await store.hooksDue({ ...this.#now(), limit: settings().hookJobsAtOnce });
        // All of them to their end: one that ran on unseen would be found due, and run twice.
        const ran = await Promise.allSettled(due.map((job) => this.#runThose(job)));
        const failed = ran.find(({ status }) => status === 'rejected');
        if (failed?.status === 'rejected') throw failed.reason;
        if (due.length > 0) this.#again = true;
      }
      next = await store.nextHook();
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      onError(toDffmpegError(error));
      this.#again = false;
      next = this.#steady() + hookPause(1, random(), settings());
    }
    this.#stop?.();
    if (next === undefined || this.#closing.signal.aborted) return;
    const wait = Math.min(Math.max(1, next - this.#steady()), settings().hookLookSeconds * 1000);
    this.#stop = timers.after(wait, () => {
      this.wake();
    });
  }

  /** While no daemon ran the clock may have been set back: what was to wait a while would wait that much longer. */
  async #catchUp(): Promise<void> {
    const { store, settings } = this.#options;
    const limit = settings().hookJobsAtOnce;
    const now = this.#steady();
    let latest = now;
    let page: StoredJob[];
    do {
      // None that is due: they come by themselves.
      page = await store.hooksDue({ now: -1, latest, limit });
      for (const { job } of page) {
        const waiting = (job.hooks ?? []).filter(({ state }) => state === 'waiting');
        const early = waiting.filter((hook) => hookDue(hook, now, settings()) < hook.at);
        for (const hook of early) await this.#bringForward(job.id, hook, now);
        // Those have another place now; behind the others it goes on.
        if (early.length === 0) latest = Math.max(latest, Math.min(...waiting.map(({ at }) => at)));
      }
    } while (page.length === limit && !this.#closing.signal.aborted);
    this.#caughtUp = true;
  }

  async #bringForward(jobId: string, hook: JobHook, now: number): Promise<void> {
    const { coordinator, settings } = this.#options;
    await coordinator.settleHook(jobId, { ...hook, at: hookDue(hook, now, settings()) });
  }

  async #runThose(stored: StoredJob): Promise<void> {
    const { coordinator } = this.#options;
    for (const hook of stored.job.hooks ?? [])
      if (hook.state === 'waiting' && isDue(hook.at, this.#now()) && !this.#closing.signal.aborted) {
        const outcome = await this.#runOne(stored, hook);
        if (outcome) await coordinator.settleHook(stored.job.id, this.#after(hook, outcome));
      }
  }

  /** Undefined when it was called off. */
  async #runOne(stored: StoredJob, { id, key }: JobHook): Promise<HookOutcome | undefined> {
    const { hooks, settings, stateDir, clock, coordinator, store, platform } = this.#options;
    const { signal } = this.#closing;
    const hook = hooks().find((each) => hookKey(each) === key);
    if (!hook)
      return { done: false, again: false, message: 'The hook does not stand in config.jsonc any more.' };
    try {
      return await runHook(hook, {
        ...{ job: toWholeJob(stored), deliveryId: id, stateDir, signal },
        ...{ settings: settings(), now: clock() },
        contentOf: async (path) => {
          const made = await store.madeAmong([normalisePath(path, platform)]);
          return made.find(({ jobId }) => jobId === stored.job.id)?.content;
        },
        noteCopy: ({ path, ...copy }) =>
          store.addMade(stored.job.id, [{ ...copy, normalised: normalisePath(path, platform) }]),
        log: (text) => {
          coordinator.appendLog(stored.job.id, text);
        },
      });
    } catch (error) {
      if (signal.aborted) return undefined;
      const { message, hint } = toDffmpegError(error);
      return { done: false, again: false, message, ...(hint === undefined ? {} : { hint }) };
    }
  }

  #after(hook: JobHook, outcome: HookOutcome): JobHook {
    const { settings, clock, random } = this.#options;
    const tries = hook.tries + 1;
    const { id, key, kind, name } = hook;
    const rest = { id, key, kind, name };
    if (outcome.done) return { ...rest, state: 'done', tries, at: clock() };
    const { message, hint } = outcome;
    const error = { code: 'hook-failed' as const, message, ...(hint === undefined ? {} : { hint }) };
    if (!outcome.again || tries >= settings().hookAttempts)
      return { ...rest, error, state: 'failed', tries, at: clock() };
    return {
      ...rest,
      error,
      state: 'waiting',
      tries,
      at: this.#steady() + hookPause(tries, random(), settings()),
    };
  }

  /** What counts as due; `latest`: the clock may have been set back before this daemon began. */
  #now(): { readonly now: number; readonly latest: number } {
    const now = this.#steady();
    return { now, latest: now + longestHookPause(this.#options.settings()) };
  }
}
