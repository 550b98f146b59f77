import type { ClientEvents, ClientMethods, topics } from '../protocol/clientContract.ts';
import type { ReceivedParams } from '../protocol/contract.ts';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import { endStates } from '../protocol/jobState.ts';
import type { Counts, Job, WorkerInfo } from '../protocol/model.ts';
import type { Peer } from '../protocol/peer.ts';
import type { ChangeFeed, Changes } from './changeFeed.ts';
import type { Fleet } from './fleet.ts';
import type { Forecasts } from './forecasts.ts';
import { inOneFrame, toJob } from './jobView.ts';
import type { LoadWatch } from './loadWatch.ts';
import type { ProgressBoard } from './progressBoard.ts';
import type { Store } from './store.ts';
import type { WatchBoard } from './watchBoard.ts';

export interface SubscriptionOptions {
  readonly store: Store;
  readonly feed: ChangeFeed;
  readonly fleet: Fleet;
  readonly progress: ProgressBoard;
  readonly forecasts: Forecasts;
  readonly loadWatch: LoadWatch;
  readonly watchBoard: WatchBoard;
  readonly onError: (error: DffmpegError) => void;
}

type Emits = Pick<Peer<Record<never, never>, ClientEvents>, 'emit'>;
const activeStates = ['probing', 'running', 'verifying', 'committing'] as const;
/** Those that will be begun soonest first. */
const queuedStates = ['waiting', 'planned', 'accepted', 'paused'] as const;
/** At least this part of a snapshot is kept for jobs that have ended, where more wait than it holds. */
const finishedShare = 5;

type Topic = (typeof topics)[number];

/** What one client hears: from the state it was given on, in order, without a gap. */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #peer: Emits;
  readonly #topics: ReadonlySet<Topic>;
  readonly #stops: (() => void)[] = [];
  #cursor = 0;
  /** Changes that came before the client has its snapshot. */
  #early: Changes[] | undefined = [];
  #countsDue = false;
  #workersDue = false;
  #ended = false;

  constructor(options: SubscriptionOptions, peer: Emits, wanted: readonly Topic[]) {
    this.#options = options;
    this.#peer = peer;
    this.#topics = new Set(wanted);
  }

  /** Where things stand; events follow once this is answered. */
  async begin({ since, limit }: Omit<ReceivedParams<ClientMethods['subscribe']>, 'topics'>): Promise<{
    snapshot: boolean;
    jobs: Job[];
    removed: string[];
    cursor: number;
    workers: WorkerInfo[];
    counts: Counts;
  }> {
    const { store, feed, fleet } = this.#options;
    if (this.#wants('jobs', 'counts'))
      this.#stops.push(
        await feed.follow((changes) => {
          this.#hear(changes);
        }),
      );
    const state = await this.#state(since, limit);
    this.#cursor = state.cursor;
    this.#listen();
    // The answer goes out first.
    setImmediate(() => {
      const early = this.#early ?? [];
      this.#early = undefined;
      for (const changes of early) this.#hear(changes);
    });
    return { ...state, workers: fleet.info(this.#topics.has('load')), counts: await store.counts() };
  }

  end(): void {
    this.#ended = true;
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #state(since: number | undefined, limit: number) {
    const { store } = this.#options;
    if (since !== undefined) {
      const changes = await store.changesSince(since, limit);
      const jobs = inOneFrame(changes.jobs.map(toJob));
      // A cursor from another store, or more changes than one answer holds: begin anew.
      const whole = !changes.more && !changes.gap && jobs.length === changes.jobs.length;
      if (whole && since <= changes.cursor)
        return { snapshot: false, jobs, removed: changes.removed, cursor: changes.cursor };
    }
    // The cursor is read first: what changes between the two is told again, and not left out.
    const cursor = await store.revision();
    const jobs = this.#topics.has('jobs') ? await this.#newest(limit) : [];
    return { snapshot: true, jobs, removed: [], cursor };
  }

  /** Something of each: all that runs, the head of what waits, and the latest that have ended. */
  async #newest(limit: number): Promise<Job[]> {
    const { store } = this.#options;
    const { jobs: found } = await store.jobs({ limit, states: activeStates });
    const forFinished = Math.ceil(limit / finishedShare);
    for (const state of queuedStates) {
      const left = limit - forFinished - found.length;
      if (left <= 0) break;
      found.push(...(await store.jobs({ limit: left, states: [state], oldestFirst: true })).jobs);
    }
    if (found.length < limit)
      found.push(...(await store.jobs({ limit: limit - found.length, states: endStates })).jobs);
    // Read one after the other: one that has changed meanwhile may be there twice.
    const byId = new Map(found.map((stored) => [stored.job.id, stored]));
    const jobs = [...byId.values()].map(toJob);
    // Who wants progress is told of forecasts right after, and does not wait for the queue to be gone through.
    return inOneFrame(this.#wants('progress') ? jobs : await this.#options.forecasts.added(jobs));
  }

  #listen(): void {
    const { fleet, progress, forecasts, loadWatch, watchBoard } = this.#options;
    if (this.#wants('progress'))
      this.#stops.push(
        forecasts.listen((all) => {
          setImmediate(() => {
            if (!this.#ended) this.#peer.emit('jobs.forecast', { forecasts: all });
          });
        }),
        progress.listen((all) => {
          setImmediate(() => {
            if (!this.#ended) this.#peer.emit('jobs.progress', { progress: all });
          });
        }),
      );
    if (this.#wants('workers', 'load'))
      this.#stops.push(
        fleet.changed.on((what) => {
          if (what === 'worker' || this.#topics.has('load')) this.#workersSoon();
        }),
      );
    if (this.#wants('load')) this.#stops.push(loadWatch.watch());
    if (this.#wants('watch'))
      this.#stops.push(
        watchBoard.follow((folders) => {
          setImmediate(() => {
            if (!this.#ended) this.#peer.emit('watch.changed', { folders: [...folders] });
          });
        }),
      );
  }

  #hear(changes: Changes): void {
    if (this.#early) {
      this.#early.push(changes);
      return;
    }
    if (this.#ended || changes.cursor <= this.#cursor) return;
    const jobs = changes.jobs.filter(({ job }) => job.revision > this.#cursor).map(toJob);
    this.#cursor = changes.cursor;
    if (this.#topics.has('jobs')) this.#tell(jobs, changes.removed, changes.cursor);
    if (this.#topics.has('counts')) this.#countsSoon();
  }

  /** In order of revision, so that a part of them can be resumed from, too. What is no more is told with the first. */
  #tell(jobs: readonly Job[], removed: readonly string[], cursor: number): void {
    let left = jobs;
    let gone = [...removed];
    while (left.length > 0 || gone.length > 0) {
      const told = inOneFrame(left);
      left = left.slice(told.length);
      this.#peer.emit('jobs.changed', {
        jobs: told,
        removed: gone,
        cursor: left.length > 0 ? (told.at(-1)?.revision ?? cursor) : cursor,
      });
      gone = [];
    }
  }

  #countsSoon(): void {
    if (this.#countsDue) return;
    this.#countsDue = true;
    setImmediate(() => {
      this.#countsDue = false;
      this.#options.store.counts().then(
        (counts) => {
          if (!this.#ended) this.#peer.emit('counts.changed', counts);
        },
        (error: unknown) => {
          this.#options.onError(toDffmpegError(error));
        },
      );
    });
  }

  #workersSoon(): void {
    if (this.#workersDue) return;
    this.#workersDue = true;
    setImmediate(() => {
      this.#workersDue = false;
      const workers = this.#options.fleet.info(this.#topics.has('load'));
      if (!this.#ended) this.#peer.emit('workers.changed', { workers });
    });
  }

  #wants(...topics: Topic[]): boolean {
    return topics.some((topic) => this.#topics.has(topic));
  }
}
